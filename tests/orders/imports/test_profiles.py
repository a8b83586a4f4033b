"""What a file says of customers who are here: refusals are applied, nothing else is, and that is counted."""

from dataclasses import replace
from decimal import Decimal

import pytest

from customers.models import Customer
from customers.rebuild import rebuild
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.verdicts import counts_of
from orders.imports.batch.write import check_chunk, write_chunk
from orders.imports.rows.imported_row import ImportedRow, IncomingSubscription
from orders.intake.order import IncomingOrder
from orders.models import Import, Order, OrderStatus, Purchase
from orders.totals.add import rebuild_totals
from tests.acts import edit, fresh, merge, undo
from tests.factories import DataSourceFactory, customer_with_order, order, person

pytestmark = pytest.mark.django_db
REFUSED = {"email_opt_in": False, "sms_contact": False, "do_not_sell": True}
AGREED = {"email_opt_in": True, "sms_contact": True, "do_not_sell": False}


def row(number, profile, **person_values):
    return ImportedRow((number,), {}, person("Shop", **person_values), profile=profile)


def imported(*rows):
    shop = DataSourceFactory(name="Shop")
    return write_chunk(
        Import.objects.create(data_source=shop, source_name="Shop", name="a.csv"), shop, IncomingChunk(rows, shop)
    )


def answers(customer):
    [now] = fresh(customer)
    return {key: getattr(now, key) for key in REFUSED}


@pytest.fixture
def ada():
    return order("Shop", external_id="1", first_name="Ada", last_name="Lee").assigned.record.customer


def test_a_refusal_is_applied_and_a_yes_is_not(ada):
    edit(ada, **AGREED)
    assert counts_of(imported(row(1, REFUSED, external_id="1"))) == {"joined": 1, "joined id": 1, "refusals": 1}
    assert answers(ada) == REFUSED
    assert counts_of(imported(row(1, AGREED, external_id="1"))) == {"here": 1, "not applied": 1}
    assert answers(ada) == REFUSED
    assert [*rebuild(rebuild_totals)] == []


def test_everybody_who_is_merged_refuses_as_well(ada):
    merged = merge(ada, edit(customer_with_order(first_name="Bea"), **AGREED))
    [bea] = Customer.objects.exclude(merged_into=None)
    imported(row(1, REFUSED, external_id="1"))
    undo(merged)
    assert answers(ada) == answers(bea) == REFUSED
    assert [*rebuild(rebuild_totals)] == []


def test_who_is_new_refuses_by_a_row_further_down():
    twice = [row(n, profile, external_id="7", first_name="Eve") for n, profile in ((1, AGREED), (2, REFUSED))]
    assert counts_of(imported(*twice)) == {"created": 1, "joined": 1, "joined id": 1, "refusals": 1}
    eve = Customer.objects.get()
    assert (answers(eve), eve.version) == (REFUSED, 1)
    assert [*rebuild(rebuild_totals)] == []


def test_other_values_are_counted_and_not_applied(ada):
    name = {"first_name": "Adele", "last_name": "Lee"}
    rows = [
        row(1, name | {"website": "lee.example"}, external_id="1", **name),
        row(2, {"last_name": "LEE"}, external_id="1"),
    ]
    shop = DataSourceFactory(name="Shop")
    dry = Import.objects.create(data_source=shop, source_name="Shop", name="a.csv")
    assert counts_of(check_chunk(dry, shop, IncomingChunk(rows, shop), now=ada.created))["not applied"] == 1
    assert counts_of(imported(*rows))["not applied"] == 1
    assert fresh(ada)[0].first_name == "Ada"


def test_a_refusal_beside_an_order_that_is_here_is_applied_and_says_in_what_the_order_differs(ada):
    bought = Order.objects.get(source_record__customer=ada)
    sent = IncomingOrder(person("Shop"), bought.total, bought.currency, external_id=bought.external_id or "")
    Order.objects.update(external_id="A1")
    paid = sent._replace(external_id="A1")
    back = paid._replace(status=OrderStatus.REFUNDED, refunded=paid.total)
    other = paid._replace(total=paid.total + 1)
    rows = [
        ImportedRow((n,), {}, person("Shop"), profile=REFUSED, order=o) for n, o in enumerate((paid, back, other), 1)
    ]
    verdicts = imported(*rows)
    assert [(v.outcome, v.reason) for v in verdicts] == [
        ("joined", ""),
        ("here", f"Order {bought.number} is already here and differs in status, refunded. It stays as it is."),
        ("refused", f"Order {bought.number} is already here and differs in total. It stays as it is."),
    ]
    assert counts_of(verdicts)["different"] == 1
    assert answers(ada) == REFUSED
    assert [*rebuild(rebuild_totals)] == []


def test_a_subscription_that_is_here_and_differs_says_in_what_and_stays(ada):
    sold = IncomingSubscription("S1", "Gold", Decimal(10), "USD")
    rows = [
        ImportedRow((n,), {}, person("Shop", external_id="1"), subscription=s)
        for n, s in enumerate((sold, replace(sold, price=Decimal(12), quantity=2), replace(sold, product="Silver")), 1)
    ]
    assert [v.reason for v in imported(*rows)] == [
        "",
        "Subscription S1 is already here and differs in price, quantity. It stays as it is.",
        "Subscription S1 is already here and differs in product. It stays as it is.",
    ]
    assert Purchase.objects.get().price == Decimal(10)
