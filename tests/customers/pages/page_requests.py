"""The page of a customer, asked for as a browser and as htmx do."""

from datetime import UTC, datetime

WHEN = datetime(2026, 1, 12, 14, 32, tzinfo=UTC)


def url(customer, query=""):
    return f"/customers/{customer.pk}/{query}"


def get(client, customer, **query):
    return client.get(f"/customers/{customer.pk}/", query)


def rows(client, customer, **query):
    """As htmx asks for them."""
    return client.get(f"/customers/{customer.pk}/", query, headers={"HX-Request": "true", "HX-Target": "rows"})
