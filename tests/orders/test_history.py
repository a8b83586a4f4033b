"""What was done to one order or purchase is found by an index, however much the record has."""

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from customers.models import HistoryEntry, HistoryKind
from orders import history
from orders.models import Order
from tests.acts import fresh, merge, undo
from tests.factories import customer_with_order, order, subscription
from tests.query_costs import analyze, measured
from tests.tables import table

pytestmark = pytest.mark.django_db


def crowd(record: int, number: int) -> None:
    """So many entries on other orders, other purchases and none."""
    kinds = {0: ("payment", "order_number"), 1: ("purchase", "purchase_id"), 2: ("edit", "")}
    entries = []
    for n in range(number):
        kind, column = kinds[n % 3]
        about = {column: n + 1_000_000} if column else {}
        entries.append(HistoryEntry(source_record_id=record, kind=kind, sentence=f"{n}", at=timezone.now(), **about))
    HistoryEntry.objects.bulk_create(entries)


def cost_of(entries: QuerySet[HistoryEntry]) -> int:
    with measured() as cost:
        assert len(entries) == 2
    return cost.read


@table("is_analyzed", [True, False])
def test_the_entries_of_one_row_cost_the_same_however_many_the_record_has(is_analyzed):
    bought = subscription()
    record = bought.source_record_id
    placed = Order.objects.get(source_record=record)
    for n in range(2):
        history.write(placed, "Voided order {order}.\n{n}", n=n, by=None)
        history.write(bought, "Paused purchase {purchase}.\n{n}", n=n, by=None)
    crowd(record, 300)
    few = [cost_of(history.of(row)) for row in (placed, bought)]
    crowd(record, 6_000)
    if is_analyzed:
        analyze()
    for row, little, index in zip((placed, bought), few, ("_of_order", "_of_purchase"), strict=True):
        assert cost_of(history.of(row)) <= little * 1.1 + 100
        assert f"historyentry{index}" in history.of(row).explain()


def test_what_was_done_goes_where_the_row_goes():
    bjorn, helena = customer_with_order(email="b@x.no"), customer_with_order(email="h@x.cz")
    placed = Order.objects.get(source_record__customer=bjorn)
    history.write(placed, "Voided order {order}.", by=None)
    merged = merge(helena, bjorn)
    history.write(placed, "Deleted order {order}.", by=None)
    undo(merged)

    theirs = HistoryEntry.objects.filter(source_record__customer=fresh(bjorn)[0], kind=HistoryKind.PAYMENT)
    assert {entry.text for entry in theirs} == {f"{act} order {placed.number}." for act in ("Voided", "Deleted")}
    assert {entry.text for entry in history.of(placed)} == {entry.text for entry in theirs}


def test_only_its_own_and_not_that_it_was_placed():
    placed, other = order(email="h@x.cz").order, order(email="h@x.cz").order
    history.write(other, "Voided order {order}.", by=None)

    assert HistoryEntry.objects.filter(order_number=placed.number).get().kind == HistoryKind.ORDER
    assert not history.of(placed)
    assert len(history.of(other)) == 1
