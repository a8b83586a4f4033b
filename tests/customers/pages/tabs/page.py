"""A tab of the page of a customer, asked for as a whole page and as htmx does."""

from datetime import UTC, datetime

WHEN = datetime(2026, 1, 12, 14, 32, tzinfo=UTC)


def get(client, customer, **query):
    return client.get(f"/customers/{customer.pk}/", query)


def rows(client, customer, **query):
    """As htmx asks for them."""
    return client.get(f"/customers/{customer.pk}/", query, headers={"HX-Request": "true", "HX-Target": "rows"})


def text_of(response) -> str:
    return response.content.decode()


def sources_shown(response) -> set[str]:
    return {line.record.data_source.name for line in response.context["page"].lines}
