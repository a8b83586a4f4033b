"""Each act tells programs what it did, in its own transaction, by ids alone."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from customers.credit.credit import adjust
from customers.labels.tags import add_tags
from customers.merging.meanwhile import StalePlanError
from customers.merging.split import split_record
from customers.models import Customer, Event
from orders.cancel_order import cancel_order
from orders.intake.leads import update_lead
from orders.intake.order import IncomingOrder
from orders.intake.take import take_order
from orders.models import Order, Purchase
from orders.order_numbers import ORDER_NUMBER_FORM
from orders.sources.delete import purge_source
from tests.acts import cancel, edit, edit_as_seen, erase, merge, merge_as_planned, plan, refund, undo
from tests.database import reloaded
from tests.factories import customer_with_order, order, paid_order, person, subscription

pytestmark = pytest.mark.django_db

HELENA = {"first_name": "Helena", "last_name": "Holý", "email": "helena@reunite.cz"}


def told(act: Callable[..., object], *args, **options) -> list[tuple[str, int, dict]]:
    """The events that `act` writes."""
    last = max(Event.objects.values_list("pk", flat=True), default=0)
    act(*args, **options)
    rows = Event.objects.filter(pk__gt=last).order_by("pk")
    return [(event.kind, event.customer, event.data) for event in rows]


def kinds(act: Callable[..., object], *args, **options) -> list[tuple[str, int]]:
    return [(kind, customer) for kind, customer, _ in told(act, *args, **options)]


def of_order(order: Order) -> dict:
    return {"order": order.number, "invoice": order.uuid, "source_record": order.source_record_id}


def test_an_order_tells_of_the_customer_it_made_of_the_record_it_added_and_of_itself():
    first = told(order, **HELENA)
    [helena], [placed] = Customer.objects.all(), Order.objects.all()
    assert first == [
        ("customer.created", helena.pk, {"source_records": [placed.source_record_id]}),
        ("order.created", helena.pk, of_order(placed)),
    ]
    assert kinds(order, **HELENA) == [("order.created", helena.pk)]
    elsewhere = told(order, source="Market", **HELENA)
    record = helena.records.get(data_source__name="Market")
    assert elsewhere[0] == ("customer.updated", helena.pk, {"source_records": [record.pk]})
    assert [kind for kind, *_ in elsewhere] == ["customer.updated", "order.created"]


def test_a_lead_that_is_corrected_tells_of_the_record_that_it_goes_on():
    who = {"first_name": "Jon", "last_name": "Fix"}
    partial = take_order(IncomingOrder(person(**who, email="jon@gmial.org"), Decimal(0), "USD", status="PARTIAL")).order
    corrected = IncomingOrder(person(**who, email="jon@gmail.org"), Decimal(0), "USD", status="PARTIAL")
    [updated, changed] = told(update_lead, partial, corrected)
    partial.refresh_from_db()
    customer, record = partial.source_record.customer_id, partial.source_record_id
    assert updated == ("customer.updated", customer, {"source_records": [record]})
    assert changed == ("order.updated", customer, of_order(partial))


def test_a_merge_tells_of_the_duplicate_and_an_undo_of_the_restored_customer():
    helena, double = (customer_with_order(**HELENA | {"email": email}) for email in ("a@x.cz", "b@x.cz"))
    record = double.records.get().pk
    [merged, updated] = told(merge, helena, double)
    [standing] = helena.merges.all()
    assert merged == (
        "customer.merged",
        double.pk,
        {"into": helena.pk, "merge": standing.pk, "source_records": [record]},
    )
    assert updated == ("customer.updated", helena.pk, {})
    [unmerged, updated] = told(undo, standing)
    kind, customer, data = unmerged
    assert (kind, customer) == ("customer.unmerged", double.pk)
    assert data == {"from": helena.pk, "merge": standing.pk, "source_records": [record]}
    assert updated == ("customer.updated", helena.pk, {})


def test_a_split_tells_of_the_new_customer():
    helena = customer_with_order(**HELENA)
    record = order(source="Market", **HELENA).order.source_record
    events = told(split_record, record, by=None)
    new = reloaded(record).customer_id
    assert events == [
        ("customer.created", new, {}),
        ("customer.split", new, {"from": helena.pk, "source_records": [record.pk]}),
        ("customer.updated", helena.pk, {}),
    ]


def test_an_erasure_tells_of_the_customer_and_of_all_that_were_merged_into_it():
    helena, double = customer_with_order(email="a@x.cz"), customer_with_order(email="b@x.cz")
    merge(helena, double)
    assert sorted(told(erase, reloaded(helena))) == [
        ("customer.erased", helena.pk, {}),
        ("customer.erased", double.pk, {}),
    ]


def test_what_a_customer_shows_tells_that_it_was_updated():
    helena = customer_with_order(**HELENA)
    updated = [("customer.updated", helena.pk)]
    assert kinds(edit, helena, company="Initech") == updated
    assert kinds(add_tags, helena, "vip", by=None) == updated
    assert kinds(adjust, helena, Decimal(3), "USD", reason="Sorry", by=None) == updated


def test_what_is_refused_tells_nothing():
    helena, double = customer_with_order(email="a@x.cz"), customer_with_order(email="b@x.cz")
    agreed = plan(helena, double)
    edit_as_seen(reloaded(double), company="Initech")

    def merge_refused() -> None:
        with pytest.raises(StalePlanError):
            merge_as_planned(agreed)

    assert told(merge_refused) == []


def test_a_refund_is_told_as_one():
    placed = paid_order()
    assert ("order.refunded", placed.source_record.customer_id, of_order(placed)) in told(refund, placed)


def test_a_cancelled_order_and_purchase_are_told_once_each():
    bought = subscription()
    customer = bought.source_record.customer_id
    assert kinds(cancel, bought) == [("subscription.cancelled", customer)]
    other = subscription()
    assert kinds(cancel_order, other.order, reason="", by=None) == [
        ("subscription.cancelled", customer),
        ("order.updated", customer),
    ]


def test_deleted_orders_and_purchases_are_told():
    bought = subscription()
    customer, placed = bought.source_record.customer_id, of_order(bought.order)
    events = told(purge_source, bought.source_record.data_source, by=None)
    assert ("order.deleted", customer, placed) in events
    assert [data["subscription"] for kind, _, data in events if kind == "subscription.deleted"] == [bought.uuid]
    assert not Purchase.objects.exists()


def test_events_hold_ids_and_nothing_of_the_person():
    helena, double = (customer_with_order(**HELENA | {"email": email}) for email in ("a@x.cz", "b@x.cz"))
    edit(helena, company="Initech")
    undo(merge(helena, double))
    erase(helena)
    values = [value for event in Event.objects.all() for value in event.data.values()]
    texts = [value for value in values if isinstance(value, str)]
    assert len(texts) == 4
    assert [text for text in texts if not re.fullmatch(rf"{ORDER_NUMBER_FORM}|inv_[0-9a-f-]{{36}}", text)] == []
    assert {type(value) for value in values} == {str, int, list}
