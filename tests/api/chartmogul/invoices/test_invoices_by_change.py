"""The list of invoices by their last change, for programs that keep a copy."""

import pytest

from orders.models import Order
from tests.acts import erase, merge, undo
from tests.api.caller import Caller
from tests.factories import lead, paid_order
from tests.query_costs import measured

pytestmark = pytest.mark.django_db


def read(caller: Caller, cursor: str = "") -> tuple[list[dict], str]:
    """(entries, last cursor)."""
    entries: list[dict] = []
    while True:
        answer = caller.get("invoices/changes", per_page=2, **({"cursor": cursor} if cursor else {})).json()
        assert answer.keys() == {"entries", "cursor", "has_more"}
        entries += answer["entries"]
        cursor = answer["cursor"]
        if not answer["has_more"]:
            return entries, cursor


@pytest.fixture
def three() -> list[Order]:
    lead("Shop", first_name="Lea", email="lea@reunite.cz")
    return [paid_order(email=f"h{n}@reunite.cz") for n in range(3)]


def test_each_is_listed_as_it_is_now_and_a_lead_is_none(caller, three):
    entries, _ = read(caller)
    assert [entry["uuid"] for entry in entries] == [order.uuid for order in three]
    assert entries[0].keys() == {"uuid", "updated_at", "deleted_at", "invoice"}
    assert entries[0]["invoice"] == caller.get(f"invoices/{three[0].uuid}", with_disabled="true").json()


def test_what_was_changed_moved_or_deleted_since_the_last_cursor_follows_it(caller, three):
    _, cursor = read(caller)
    first, second, third = three
    caller.patch(f"invoices/{first.uuid}/disabled_state", {"disabled": True})
    entries, cursor = read(caller, cursor)
    assert (entries[-1]["uuid"], entries[-1]["invoice"]["disabled"]) == (first.uuid, True)

    made = merge(third.source_record.customer, second.source_record.customer)
    entries, cursor = read(caller, cursor)
    assert (entries[-1]["uuid"], entries[-1]["invoice"]["customer_uuid"]) == (second.uuid, made.survivor.uuid)
    undo(made)
    entries, cursor = read(caller, cursor)
    assert entries[-1]["invoice"]["customer_uuid"] == second.source_record.customer.uuid

    erase(third.source_record.customer)
    entries, cursor = read(caller, cursor)
    assert (entries[-1]["uuid"], entries[-1]["invoice"]) == (third.uuid, None)
    assert entries[-1]["deleted_at"] == entries[-1]["updated_at"]
    assert third.uuid not in {entry["uuid"] for entry in read(caller)[0] if entry["invoice"]}


def test_a_page_costs_the_same_however_many_rows_it_has(caller, three):
    caller.get("invoices/changes")  # the use of the key is noted once
    statements = []
    for per_page in (1, 2):
        with measured() as cost:
            assert len(caller.get("invoices/changes", per_page=per_page).json()["entries"]) == per_page
        statements.append(len(cost.queries))
    assert statements[0] == statements[1]
