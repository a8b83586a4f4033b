"""Every call of this dialect with what its key's user must have. One that is missing here fails the suite."""

import pytest

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import ApiKey
from crm.accounts.scopes import READING
from crm.api.konnektive.calls import CALLS as PATTERNS
from crm.api.konnektive.endpoint import NOT_ALLOWED, NOT_KNOWN
from tests.api.konnektive.konnektive_caller import KonnektiveCaller, answer_of
from tests.tables import table

VIEW, CHANGE = "customers.view_customer", "customers.change_customer"
MERGE, UNDO = "customers.merge_customer", "customers.undo_merge"
ORDERS, SEND = "orders.view_order", "orders.add_order"

IMPORTS: dict[str, tuple[str, ...]] = {
    "leads/import": (SEND,),
    "order/import": (SEND,),
    "upsale/import": (SEND,),
    "landers/clicks/import": (SEND,),
}
CUSTOMERS: dict[str, tuple[str, ...]] = {
    "customer/query": (VIEW,),
    "customer/update": (VIEW, CHANGE),
    "customer/history": (VIEW,),
    "customer/addnote": (VIEW, CHANGE),
    "customer/profile/query": (VIEW, ORDERS),
    "customer/profile/update": (VIEW, CHANGE),
    "customer/profile/import": (VIEW, CHANGE),
    "customer/merge": (VIEW, MERGE),
    "customer/unmerge": (VIEW, UNDO),
}
ORDERED: dict[str, tuple[str, ...]] = {
    "order/query": (VIEW, ORDERS),
    "order/cancel": (VIEW, ORDERS, "orders.cancel_purchase"),
    "order/refund": (VIEW, ORDERS, "orders.refund_order"),
    "order/rerun": (VIEW, ORDERS, "orders.rerun_order"),
    "transactions/query": (VIEW, ORDERS),
    "transactions/summary": (VIEW, ORDERS),
    "purchase/query": (VIEW, ORDERS),
    "purchase/update": (VIEW, ORDERS, "orders.change_purchase"),
    "purchase/cancel": (VIEW, ORDERS, "orders.cancel_purchase"),
    "purchase/pause": (VIEW, ORDERS, "orders.cancel_purchase"),
    "purchase/refund": (VIEW, ORDERS, "orders.refund_order"),
    "members/query": (VIEW, ORDERS),
    "members/reactivate": (VIEW, ORDERS, "orders.cancel_purchase"),
    "fulfillment/query": (VIEW, ORDERS),
    "fulfillment/update": (VIEW, ORDERS, "orders.change_order"),
    "deleted/query": (VIEW, ORDERS),
    "campaign/query": (ORDERS,),
    "product/query": (ORDERS,),
}
CALLS = IMPORTS | CUSTOMERS | ORDERED


def path_of(pattern) -> str:
    return str(pattern.pattern).removeprefix("^").removesuffix("/?$")


def declared() -> dict[str, tuple[str, ...]]:
    return {path_of(pattern): pattern.callback.permissions for pattern in PATTERNS}


def test_every_call_is_listed_with_what_it_needs():
    assert declared() == CALLS


@pytest.mark.django_db
def test_no_call_answers_without_a_key(settings, client):
    settings.API_FAILURES_PER_ADDRESS = len(CALLS) + 1
    assert {answer_of(client.post(f"/{path}/")) for path in CALLS} <= {("ERROR", NOT_KNOWN)}


@pytest.mark.django_db
@table("need", sorted({need for needs in CALLS.values() for need in needs}))
def test_a_key_whose_user_may_do_everything_else_is_refused(need):
    shop = KonnektiveCaller(*(ALL_PERMISSIONS - {need}))
    needing = {path for path, needs in CALLS.items() if need in needs}
    assert {path for path in needing if shop.ask(path) != ("ERROR", NOT_ALLOWED)} == set()


READS = {path for path in CALLS if path.endswith(("/query", "/summary", "/history"))}


@pytest.mark.django_db
def test_a_key_that_only_reads_opens_all_that_reads_and_nothing_else():
    shop = KonnektiveCaller()
    ApiKey.objects.update(scope=sorted(READING))
    assert {path for path in CALLS if shop.ask(path) == ("ERROR", NOT_ALLOWED)} == CALLS.keys() - READS


def test_every_call_asks_for_a_permission_that_is_a_checkbox():
    assert all(CALLS.values())
    assert {need for needs in CALLS.values() for need in needs} <= ALL_PERMISSIONS
