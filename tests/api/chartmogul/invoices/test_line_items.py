"""The lines of an invoice, one at a time, with what follows for the invoice and the subscription."""

from decimal import Decimal

import pytest

from orders.models import Order, OrderItem, Purchase
from tests.api.chartmogul.invoices.invoice_keys import DISABLED, EVERY_LINE, OF_SUBSCRIPTION
from tests.api.chartmogul.invoices.invoice_requests import (
    FEBRUARY,
    JANUARY,
    MARCH,
    check,
    imported,
    invoice,
    line,
    one_time,
    order,
    plan,
    purchase,
    source,
)
from tests.factories import order as placed
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def january(caller, helena) -> Order:
    return imported(helena, invoice(line(external_id="li_1")), caller=caller)[0]


def paths(january: Order, suffix: str = "") -> list[str]:
    known = f"line_items{suffix}?data_source_uuid={source().uuid}&external_id=li_1"
    return [f"line_items/{january.items.get(external_id='li_1').uuid}{suffix}", known]


def test_a_line_is_added(caller, january):
    response = caller.post(f"import/invoices/{january.uuid}/line_items", one_time(external_id="li_2"))
    assert response.status_code == 201
    assert response.json().keys() == EVERY_LINE | {"description"} | DISABLED
    assert (order().total, order().status) == (Decimal(75), "COMPLETE")  # its payment is for all of it
    check()


def test_a_line_that_is_more_than_was_paid_leaves_the_invoice_open(caller, january):
    caller.patch(f"transactions/{january.transactions.get().uuid}", {"amount_in_cents": 5000})
    caller.post(f"import/invoices/{january.uuid}/line_items", one_time())
    assert order().status == "PENDING"
    check()


def test_a_line_is_retrieved_in_both_ways(caller, january):
    for path in paths(january):
        shown = caller.get(path).json()
        assert shown.keys() == EVERY_LINE | OF_SUBSCRIPTION | DISABLED
        assert (shown["external_id"], shown["subscription_uuid"]) == ("li_1", purchase().uuid)


@table("way", [0, 1])
def test_a_line_is_changed(caller, january, way):
    sent = {"amount_in_cents": 9000, "quantity": 3, "discount_code": "X", "tax_amount_in_cents": 100}
    shown = caller.patch(paths(january)[way], sent).json()
    assert {key: shown[key] for key in sent} == sent
    assert (order().total, purchase().price, purchase().quantity) == (Decimal(90), Decimal(90), 3)
    caller.patch(paths(january)[way], {"discount_code": None, "external_id": "li_1", "amount_in_cents": None})
    assert (OrderItem.objects.get().discount_code, order().total) == ("", Decimal(90))
    check()


def test_a_line_moves_to_another_subscription_and_plan(caller, january):
    sent = {"subscription_external_id": "sub_2", "plan_uuid": plan("Silver").uuid, "service_period_end": MARCH}
    shown = caller.patch(paths(january)[0], sent).json()
    assert shown["subscription_external_id"] == "sub_2"
    assert [(purchase.external_id, purchase.product.name) for purchase in Purchase.objects.all()] == [
        ("sub_2", "Silver")
    ]
    check()


@table(
    ("wrong", "field"),
    [
        ({"external_id": "taken"}, "external_id"),
        ({"plan_uuid": "pl_unknown"}, "plan_uuid"),
        ({"service_period_end": "2015-01-01"}, "service_period_end"),
        ({"type": "gift"}, "type"),
        ({"amount_in_cents": 10**13}, "amount_in_cents"),
        ({"amount_in_cents": "much"}, "amount_in_cents"),
        ({"description": "a\x00b"}, "description"),
    ],
)
def test_what_a_line_cannot_be_is_refused(caller, january, wrong, field):
    caller.post(f"import/invoices/{january.uuid}/line_items", one_time(external_id="taken"))
    response = caller.patch(paths(january)[0], {"quantity": 7} | wrong)
    assert (response.status_code, *response.json()["errors"]) == (422, field)
    response = caller.post(f"import/invoices/{january.uuid}/line_items", line() | wrong)
    assert (response.status_code, *response.json()["errors"]) == (422, field)
    assert (OrderItem.objects.count(), order().total) == (2, Decimal(75))


@table("way", [0, 1])
def test_a_disabled_line_counts_for_nothing_until_it_is_enabled(caller, january, way):
    path = paths(january, "/disabled_state")[way]
    shown = caller.patch(path, {"disabled": True}).json()
    assert (shown["disabled"], shown["disabled_by"]) == (True, caller.user.email)
    assert caller.patch(path, {"disabled": True}).json()["disabled_at"] == shown["disabled_at"]
    assert (order().total, purchase().status) == (Decimal(0), "CANCELLED")
    assert caller.get(f"invoices/{january.uuid}").json()["line_items"] == []
    assert len(caller.get(f"invoices/{january.uuid}", with_disabled="true").json()["line_items"]) == 1
    check()
    assert caller.patch(path, {"disabled": False}).json()["disabled_at"] is None
    assert (order().total, order().status, purchase().status) == (Decimal(50), "COMPLETE", "ACTIVE")
    check()


@table("way", [0, 1])
def test_a_line_is_deleted_with_its_subscription(caller, january, way):
    path = paths(january)[way]
    assert caller.delete(path).status_code == 204
    assert caller.delete(path).status_code == 404
    assert (order().total, Purchase.objects.count()) == (Decimal(0), 0)
    check()


def test_a_line_added_to_what_a_shop_sold_leaves_it_paid(caller):
    sold = placed(email="a@x.cz", total="9.90").order
    caller.post(f"import/invoices/{sold.uuid}/line_items", one_time())
    assert (Order.objects.get().total, Order.objects.get().status) == (Decimal("34.90"), "COMPLETE")
    check()


def test_a_line_that_says_when_its_subscription_was_cancelled(caller, helena):
    imported(helena, invoice(line(cancelled_at="2016-01-20")), caller=caller)
    assert (purchase().status, purchase().cancelled_at.isoformat()) == ("CANCELLED", "2016-01-20T00:00:00+00:00")
    later = line(service_period_start=FEBRUARY, service_period_end=MARCH)
    imported(helena, invoice(later, external_id="inv_2", date=FEBRUARY), caller=caller)
    assert (purchase().status, purchase().cancelled_at) == ("ACTIVE", None)
    assert purchase().past_cancellations == ["2016-01-20T00:00:00+00:00"]
    check()


def test_a_credit_after_the_cancellation_begins_nothing(caller, helena):
    credit = line(amount_in_cents=-2000, prorated=True, service_period_start="2016-01-20")
    imported(helena, invoice(line(cancelled_at="2016-01-19"), credit), caller=caller)
    assert purchase().status == "CANCELLED"


@table(
    ("values", "payments", "status"),
    [
        ({"type": "trial", "amount_in_cents": 0}, [], "TRIAL"),
        ({}, [{"type": "payment", "date": JANUARY, "result": "failed"}], "RECYCLE_BILLING"),
        ({}, [], "RECYCLE_BILLING"),
        ({"amount_in_cents": 0}, [], "ACTIVE"),
    ],
)
def test_the_state_of_a_subscription_follows_from_its_newest_invoice(caller, helena, values, payments, status):
    imported(helena, invoice(line(**values), payments=payments, due_date=FEBRUARY), caller=caller)
    assert purchase().status == status
    if payments or status == "RECYCLE_BILLING":
        payment = {"type": "payment", "date": MARCH, "result": "successful"}
        caller.post(f"import/invoices/{order().uuid}/transactions", payment)
        assert purchase().status == "ACTIVE"
    check()


def test_an_unknown_line_is_not_found(caller):
    for path in ("line_items/li_x", f"line_items?data_source_uuid={source().uuid}&external_id="):
        assert caller.get(path).status_code == 404
    assert caller.get("line_items").json()["param"] == "data_source_uuid"
    assert caller.post("import/invoices/inv_x/line_items", one_time()).status_code == 404
