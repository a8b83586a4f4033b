"""The same request again."""

from decimal import Decimal

import pytest

from customers.models import Customer, RecordTotals
from orders.intake.idempotency import RepeatedRequestError
from orders.intake.order import IncomingOrder
from orders.intake.take import take_order
from orders.models import Order
from tests.factories import IDENTITY, order, person
from tests.tables import table

pytestmark = pytest.mark.django_db


@table("named", ["external_id", "client_order_id"])
def test_an_order_that_is_sent_again_is_the_first_one_and_is_counted_once(named):
    who = person(**IDENTITY)
    first = take_order(IncomingOrder(who, Decimal(5), "USD", **{named: "o1"}))
    again = take_order(IncomingOrder(who, Decimal(5), "USD", **{named: "o1"}))
    assert (again.order, again.is_repeat, again.assigned.record) == (first.order, True, first.assigned.record)
    assert Customer.objects.count() == 1
    assert RecordTotals.objects.get().amount == 500


@table("named", ["external_id", "client_order_id"])
@table(
    "other",
    [{"first_name": "Frank"}, {"email": "frank@gmail.com"}, {"phone": "+1 817 924 7272"}, {"total": Decimal(6)}],
)
def test_an_order_with_the_id_of_another_one_is_refused(named, other):
    first = take_order(IncomingOrder(person(**IDENTITY), Decimal(5), "USD", **{named: "o1"}))
    total = other.get("total", Decimal(5))
    identity = IDENTITY | {name: value for name, value in other.items() if name != "total"}
    with pytest.raises(RepeatedRequestError, match="Nothing was done"):
        take_order(IncomingOrder(person(**identity), total, "USD", **{named: "o1"}))
    assert Order.objects.get() == first.order


def test_the_order_id_of_another_data_source_is_another_order():
    for source in ("Shop", "Market"):
        take_order(IncomingOrder(person(source, **IDENTITY), Decimal(5), "USD", external_id="o1"))
    assert Order.objects.count() == 2


def test_orders_without_ids_are_orders_of_their_own():
    assert order(**IDENTITY).order != order(**IDENTITY).order
