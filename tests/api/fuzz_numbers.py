"""Numbers, days and a key that are good, put where schemathesis would write anything into a call of Konnektive's.

Loaded by schemathesis as its hooks, as `fuzz_ids` is for the other dialect.
"""

import os
from typing import Any

import schemathesis

from tests.api.fuzz_ids import MOST, one_of

LOGIN = {"loginId": "admin", "password": os.environ.get("FUZZ_KEY", "")}
# {parameter: whose numbers}
KINDS = {
    "customerId": "customer",
    "mergeCustomerIds": "customer",
    "unmergeCustomerIds": "merged",
    "orderId": "order",
    "purchaseId": "purchase",
    "productId": "product",
    "product1_id": "product",
    "campaignId": "campaign",
    "fulfillmentId": "fulfillment",
    "memberId": "member",
    "clubId": "club",
    "paySourceId": "card",
    "transactionId": "transaction",
    "emailAddress": "email",
    "cardNumber": "card_number",
    "cardExpiryDate": "expiry",
    "startDate": "first_day",
    "endDate": "last_day",
    "nextBillDate": "future_day",
    "restartDate": "future_day",
}


def known() -> dict[str, list[str]]:
    from customers.models import Customer, MergeMember, PaySource
    from orders.models import Campaign, Fulfillment, Membership, Order, Product, Purchase, Transaction

    models = {
        "customer": Customer,
        "product": Product,
        "campaign": Campaign,
        "fulfillment": Fulfillment,
        "member": Membership,
        "card": PaySource,
        "purchase": Purchase,
        "transaction": Transaction,
    }
    numbers = {kind: model.objects.order_by("pk").values_list("pk", flat=True)[:MOST] for kind, model in models.items()}
    values = {
        "order": Order.objects.order_by("pk").values_list("number", flat=True)[:MOST],
        "merged": MergeMember.objects.filter(undone_at=None).values_list("duplicate", flat=True)[:MOST],
        "club": Membership.objects.values_list("club", flat=True).distinct(),
        "email": Customer.objects.exclude(email="").values_list("email", flat=True)[:MOST],
        "card_number": ["4242424242424242", "4000000000009995", "4000000000000002", "4000000000000341"],
        "expiry": ["04/2039"],
        "first_day": ["01/01/2026", "2026-06-01"],
        "last_day": ["12/31/2026", "2026-06-30"],
        "future_day": ["12/31/2030"],
    }
    return {kind: [str(value) for value in some] for kind, some in (numbers | values).items()}


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    return replaced(query) if context.operation.method.upper() == "GET" else query


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    return replaced(body)


def replaced(sent: Any) -> Any:
    """`sent` with the good key: without it, every answer would be the same error."""
    if not isinstance(sent, dict):
        return sent
    return {name: one_of(KINDS.get(name), value) for name, value in sent.items()} | LOGIN
