"""Who pays twice is found, listed and settled."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.matching.worklist.ranks import rank_what_waits
from customers.models import Customer, LikelyPair
from orders.double_payments.double_payment_list import count_open, double_page
from orders.double_payments.find import find_double_payments
from orders.models import DoublePayment, Order, Purchase, Transaction
from tests.acts import merge
from tests.database import check_totals, reloaded
from tests.factories import ProductFactory, customer_with_order, make_user, paid_order, signed_in
from tests.factories.purchases import bought
from tests.orders.pages.test_order_acts import words

pytestmark = pytest.mark.django_db
URL = "/orders/double-payments/"


def twice(token: str = "sandbox-approves", **values) -> list[Purchase]:  # noqa: S107 - no secret
    """Two purchases of one product, of one customer, each charged by the gateway."""
    purchases = [bought(token, total=total) for total in ("9.90", "12.00")]
    product = purchases[0].product
    Purchase.objects.update(product=product, **values)
    return [reloaded(purchase) for purchase in purchases]


def found() -> list[tuple[str, list[int], list[int]]]:
    find_double_payments()
    return list(DoublePayment.objects.order_by("pk").values_list("kind", "customers", "rows"))


def test_two_live_purchases_of_one_product_are_found_once():
    first, second = twice()
    customer = first.source_record.customer_id
    expected = [("purchases", [customer], [first.pk, second.pk])]
    assert found() == expected
    assert found() == expected
    assert count_open() == "1"


def test_two_trials_are_told_apart_and_what_has_ended_is_not_found():
    purchases = twice(status="TRIAL")
    assert [kind for kind, *_ in found()] == ["trials"]
    Purchase.objects.filter(pk=purchases[0].pk).update(status="CANCELLED")
    assert found() == []
    assert count_open() == ""


def subscriber(**who) -> int:
    """A customer with a purchase of the one product."""
    customer = customer_with_order(**who)
    product = ProductFactory(sku="UM", name="Unlimited")
    order = Order.objects.get(source_record__customer=customer)
    purchase = Purchase(source_record=order.source_record, order=order, product=product, price=1, currency="USD")
    purchase.save()
    return customer.pk


def test_customers_who_share_an_email_or_are_a_likely_pair_are_found():
    sharing = [subscriber(external_id=number, email="hholy@gmail.com") for number in "12"]
    likely = [subscriber(external_id=number, email=f"frank{number}@example.org") for number in "34"]
    subscriber(external_id="5", email="other@example.org")
    rank_what_waits()
    LikelyPair.objects.create(first_id=likely[0], second_id=likely[1], probability=0.9, weights={}, model="x", rank=900)
    assert sorted(customers for _, customers, _ in found()) == [sharing, likely]


def test_customers_who_were_merged_are_one():
    pair = [subscriber(external_id=number, email=f"h{number}@example.org") for number in "12"]
    assert found() == []
    merge(*Customer.objects.filter(pk__in=pair).order_by("pk"))
    assert [customers for _, customers, _ in found()] == [pair[:1]]


def test_two_equal_charges_in_a_day_are_found_until_one_is_refunded():
    orders = [paid_order(total="7.00") for _ in range(2)]
    paid_order(total="8.00")
    charges = [order.transactions.get().pk for order in orders]
    assert [(kind, rows) for kind, _, rows in found()] == [("charges", charges)]
    Transaction.objects.filter(pk=charges[0]).update(at=orders[0].at - timedelta(days=2))
    assert found() == []


def test_statements_do_not_grow_with_what_is_found():
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            find_double_payments()
            double_page(before=None)
        return len(queries)

    def add(n: int) -> None:
        twice()
        for number in range(n):
            for side in "ab":
                subscriber(external_id=f"{n}{number}{side}", email=f"h{n}{number}@example.org")

    twice()  # with equal charges
    add(1)
    rank_what_waits()
    statements()
    few = statements()
    add(6)
    rank_what_waits()
    statements()
    assert statements() == few


def settle(client, keep: int, **given):
    double = DoublePayment.objects.get()
    page = client.get(f"{URL}{double.pk}/")
    form = {"seen": page.context["form"]["seen"].value(), "keep": keep, "reason": "Paid twice", **given}
    return client.post(f"{URL}{double.pk}/", form, follow=True)


def test_one_is_kept_and_the_other_cancelled_and_refunded(as_agent):
    first, second = twice()
    find_double_payments()
    assert "Paid twice" in words(as_agent.get("/"))
    assert "Keep one…" in words(as_agent.get(URL))
    page = words(as_agent.get(f"{URL}{DoublePayment.objects.get().pk}/"))
    assert "If it is not kept: 12.00 USD refunded" in page
    done = words(settle(as_agent, first.pk))
    assert f"Purchase {second.pk}: 12.00 USD refunded to VISA 4242." in done
    assert "No double payments" in done
    assert (reloaded(first).status, reloaded(second).status) == ("ACTIVE", "CANCELLED")
    assert reloaded(second.order).refunded == Decimal(12)
    assert found() == []
    check_totals()


def test_a_charge_is_refunded_and_the_other_kept(as_agent):
    orders = [paid_order(total="7.00") for _ in range(2)]
    find_double_payments()
    settle(as_agent, orders[0].transactions.get().pk)
    assert [reloaded(order).status for order in orders] == ["COMPLETE", "REFUNDED"]
    check_totals()


def test_what_changed_since_the_page_was_opened_is_not_touched(as_agent):
    first, second = twice()
    find_double_payments()
    assert "has changed since you opened the page" in words(settle(as_agent, first.pk, seen="other"))
    assert reloaded(second).status == "ACTIVE"
    Purchase.objects.filter(pk=second.pk).update(status="CANCELLED")
    page = as_agent.get(f"{URL}{DoublePayment.objects.get().pk}/", follow=True)
    assert "Only one of these is still paid" in words(page)


def test_a_declined_refund_is_said_and_the_purchase_stays_cancelled(as_agent):
    first, second = twice("sandbox-keeps")
    find_double_payments()
    done = words(settle(as_agent, first.pk))
    assert "<strong>Not done.</strong>" in done
    assert reloaded(second).status == "CANCELLED"


def test_what_is_wanted_twice_is_not_shown_again(as_agent):
    twice()
    find_double_payments()
    as_agent.post(f"{URL}{DoublePayment.objects.get().pk}/dismiss/")
    find_double_payments()
    assert (count_open(), double_page(before=None).rows) == ("", [])


def test_who_may_not_refund_sees_the_list_and_no_button():
    twice()
    find_double_payments()
    clerk = signed_in(make_user("clerk", ALL_PERMISSIONS - {"orders.refund_order"}))
    assert "Keep one…" not in words(clerk.get(URL))
    assert clerk.get(f"{URL}{DoublePayment.objects.get().pk}/").status_code == 403
