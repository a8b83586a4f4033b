"""The page of a customer as tests ask for it."""

from datetime import UTC, datetime

TABS = [
    "orders",
    "transactions",
    "fulfillments",
    "purchases",
    "memberships",
    "history",
    "notes",
    "credit",
    "pay-sources",
    "logins",
    "sources",
]
WHEN = datetime(2026, 1, 12, 14, 32, tzinfo=UTC)


def url(customer, query=""):
    return f"/customers/{customer.pk}/{query}"


def text_of(response):
    return response.content.decode()
