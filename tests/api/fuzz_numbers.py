"""Numbers, days and a key that are good, put where schemathesis would write anything into a call of Konnektive's.

Loaded by schemathesis as its hooks, as `fuzz_ids` is for the other dialect.
"""

import os
from typing import Any
from zlib import crc32

import schemathesis

from tests.api.fuzz_ids import IDS, MOST

HEADER = "Idempotency-Key"

LOGIN = {"loginId": "admin", "password": os.environ.get("FUZZ_KEY", "")}
SOLD = 12
# {parameter: whose values}
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
    "eCommerceLogin": "login",
    "firstName": "name",
    "lastName": "name",
    "emailAddress": "email",
    "phoneNumber": "phone",
    "paySource": "pay_source",
    "cardNumber": "card_number",
    "cardExpiryDate": "expiry",
    "cardSecurityCode": "security_code",
    "startDate": "first_day",
    "endDate": "last_day",
    "nextBillDate": "future_day",
    "restartDate": "future_day",
    "fullRefund": "truth",
    "cancelReason": "text",
    "message": "text",
}
DAYS = ("startDate", "endDate")
PERSON = ("campaignId", "firstName", "lastName", "emailAddress")
# {last part of an address: what nearly every call without it lacks}
NEEDED = {
    "query": DAYS,
    "history": DAYS,
    "summary": DAYS,
    "import": (*PERSON, "product1_id", "paySource", "cardNumber", "cardExpiryDate", "cardSecurityCode"),
    "cancel": ("cancelReason",),
    "refund": ("fullRefund",),
    "addnote": ("message",),
}
READS = ("query", "history", "summary")
UNFILTERED = {"dateRangeType", "sortDir", "resultsPerPage", "includeCustomFields", "reportType"}
# Parameters that lead elsewhere: to another customer, or to what is not complete.
DROPPED = {"customer/query": ("customerId",), "order/import": ("orderId", "totalAmount"), "leads/import": ("orderId",)}


def sell() -> None:
    """Orders that the gateway of the run was paid or declined for, with memberships: the demo has none."""
    from orders.models import Campaign, Membership
    from tests.factories import declined_order, sale, shipped_order

    Campaign.objects.create(name="Fuzzing")
    for number in range(SOLD):
        paid = shipped_order(email=f"fuzz{number}@example.com", deduplicate=False)
        paid.transactions.all().delete()
        sale(paid, "SUCCESS")
        declined_order(deduplicate=False)
    Membership.objects.filter(club="Gold").update(status="EXPIRED")


def known() -> dict[str, list[str]]:
    from customers.models import CartLogin, Customer, MergeMember, PaySource
    from orders.models import Campaign, Fulfillment, Membership, Order, Product, Purchase, Transaction

    sell()
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
    numbers = {
        kind: model.objects.order_by("-pk").values_list("pk", flat=True)[:MOST] for kind, model in models.items()
    }
    values = {
        "order": Order.objects.order_by("-pk").values_list("number", flat=True)[:MOST],
        "merged": MergeMember.objects.filter(undone_at=None).values_list("duplicate", flat=True)[:MOST],
        "club": ["Gold"],
        "login": CartLogin.objects.exclude(login="").values_list("login", flat=True)[:MOST],
        "name": ["Helena", "Holý", "Ida"],
        "phone": ["+420 2 4177 0449"],
        "pay_source": ["CREDITCARD", "PREPAID"],
        "security_code": ["123"],
        "truth": ["1"],
        "text": ["Moved"],
        "email": Customer.objects.exclude(email="").values_list("email", flat=True)[:MOST],
        "card_number": [
            "4242424242424242",
            "4000000000009995",
            "4000000000000002",
            "4000000000000341",
            "4242424242424242",
        ],
        "expiry": ["04/2039"],
        "first_day": ["01/01/2026", "2026-06-01"],
        "last_day": ["12/31/2026", "2026-06-30"],
        "future_day": ["12/31/2030"],
    }
    return {kind: [str(value) for value in some] for kind, some in (numbers | values).items()}


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    return replaced(query or {}, context) if context.operation.method.upper() == "GET" else query


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    return replaced(body, context)


@schemathesis.hook
def map_headers(context: Any, headers: Any) -> Any:
    """With a key of its own for few calls: most are generated too long."""
    number = crc32(repr(headers).encode(errors="replace"))
    if not headers or HEADER not in headers or number % 8 == 0:
        return headers
    key = {HEADER: f"key-{number}"} if number % 8 == 1 else {}
    return {name: value for name, value in headers.items() if name != HEADER} | key


def replaced(sent: Any, context: Any) -> Any:
    """`sent` with the good key, without which every answer would be the same error; mostly with good values, too."""
    if not isinstance(sent, dict):
        return sent
    number = crc32(repr(sent).encode(errors="replace"))
    return (good(sent, context.operation.path.strip("/"), number) if number % 4 else sent) | LOGIN


def good(sent: dict[str, Any], path: str, number: int) -> dict[str, Any]:
    act = path.rpartition("/")[2]
    names = {**dict.fromkeys(NEEDED.get(act, ())), **sent}.keys() - DROPPED.get(path, ())
    if act in READS:
        # One filter beside the days: with more there would be no rows.
        filters = sorted(name for name in names if name in KINDS and name not in DAYS)
        names = (names - KINDS.keys()) & UNFILTERED | set(DAYS) | set(filters[number % 3 : number % 3 + 1])
    return {name: pick(name, number) if name in KINDS else sent[name] for name in sorted(names)}


def pick(name: str, number: int) -> str:
    values = IDS[KINDS[name]]
    return values[(number // 4 + crc32(name.encode())) % len(values)] if values else ""
