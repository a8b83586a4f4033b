"""Money and consent gone wrong elsewhere. Numbers are those of docs/merging.md."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from customers.credit import credit
from customers.merging.plan import plan_merge
from customers.merging.preview import preview_merge
from customers.merging.undo import UndoTerms
from customers.merging.undo_plan import UndoError
from customers.models import CreditEntry, RecordTotals
from orders.intake.order import IncomingPurchase
from orders.models import Order, Purchase
from tests.acts import fresh, merge, undo
from tests.database import dump, rows
from tests.factories import CustomerFactory, ProductFactory, customer_with_order

pytestmark = pytest.mark.django_db


def with_credit(name: str, amount: str, currency: str = "USD"):
    customer = customer_with_order(first_name=name)
    credit.adjust(customer, Decimal(amount), currency, reason="late parcel", by=None)
    return customer


def test_31_credit_after_a_merge_is_the_sum_and_its_entries_are_untouched():
    a, b = with_credit("Ada", "5.00"), with_credit("Bea", "2.50")
    before = rows(CreditEntry)
    merged = merge(a, b)
    assert credit.balances([a.pk, b.pk]) == {a.pk: {"USD": Decimal("7.5")}}
    assert rows(CreditEntry) == before
    undo(merged)
    assert credit.balances([a.pk, b.pk]) == {a.pk: {"USD": Decimal("5")}, b.pk: {"USD": Decimal("2.5")}}


def test_31_a_credit_amount_that_was_edited_stands_as_long_as_the_merge():
    a, b = with_credit("Ada", "5.00"), with_credit("Bea", "2.50")
    merged = merge(a, b, credit={"USD": Decimal("6.00")})
    assert credit.balances([a.pk]) == {a.pk: {"USD": Decimal("6")}}
    undo(merged)
    assert credit.balances([a.pk, b.pk]) == {a.pk: {"USD": Decimal("5")}, b.pk: {"USD": Decimal("2.5")}}


def test_31_credit_is_used_from_the_oldest_record_first_so_that_each_side_gets_its_rest_back():
    a, b = with_credit("Ada", "5.00"), with_credit("Bea", "2.50")
    merged = merge(a, b)
    credit.adjust(a, Decimal("-6.00"), "USD", reason="order", by=None)
    undo(merged)
    assert credit.balances([a.pk, b.pk]) == {a.pk: {"USD": Decimal(0)}, b.pk: {"USD": Decimal("1.5")}}


def test_31_credit_that_an_undo_would_leave_below_zero_needs_a_tick():
    a, b = with_credit("Ada", "5.00"), with_credit("Bea", "2.50")
    merged = merge(a, b, credit={"USD": Decimal("20.00")})
    credit.adjust(a, Decimal("-20.00"), "USD", reason="order", by=None)
    before = dump()
    with pytest.raises(UndoError, match="Allow negative credit"):
        undo(merged)
    assert dump() == before
    undo(merged, terms=UndoTerms(allow_overdraft=True))
    assert CreditEntry.objects.filter(merge__undone_at=None).aggregate(Sum("amount"))["amount__sum"] == Decimal("-12.5")


def test_32_credit_in_two_currencies_is_kept_apart():
    a, b = with_credit("Ada", "5.00"), with_credit("Bea", "2.50", "EUR")
    merge(a, b)
    assert credit.balances([a.pk]) == {a.pk: {"USD": Decimal("5"), "EUR": Decimal("2.5")}}


def test_34_the_most_restrictive_consent_wins_and_both_answers_come_back():
    a = CustomerFactory(first_name="Ada", email_opt_in=True, sms_contact=True, do_not_sell=False)
    b = CustomerFactory(first_name="Bea", email_opt_in=False, sms_contact=None, do_not_sell=True)
    merged = merge(a, b)
    (final,) = fresh(a)
    assert (final.email_opt_in, final.sms_contact, final.do_not_sell) == (False, True, True)
    undo(merged)
    assert [(c.email_opt_in, c.sms_contact, c.do_not_sell) for c in fresh(a, b)] == [
        (True, True, False),
        (False, None, True),
    ]


def test_34_an_answer_that_several_gave_holds_while_one_of_them_is_still_merged():
    a = CustomerFactory(first_name="Ada", email_opt_in=True)
    b, c = (CustomerFactory(first_name=name, email_opt_in=False) for name in ("Bea", "Cleo"))
    merged = merge(a, b, c)
    undo(merged, b)
    assert fresh(a)[0].email_opt_in is False
    undo(merged)
    assert fresh(a)[0].email_opt_in is True


def test_36_two_active_purchases_of_one_product_are_named_and_neither_is_cancelled():
    unlimited = [IncomingPurchase(ProductFactory(), Decimal("9.90"))]
    a = customer_with_order(first_name="Ada", purchases=unlimited)
    b = customer_with_order(first_name="Bea", purchases=unlimited)
    warnings = [notice.title for notice in preview_merge([a, b], plan_merge(a, [b])).warnings]
    assert "Several purchases will be billed." in warnings
    before = rows(Purchase)
    merge(a, b)
    assert rows(Purchase) == before
    assert fresh(a)[0].billing_status == "active"


def test_37_counts_and_sums_are_those_of_the_orders_at_every_step():
    a, b = customer_with_order(first_name="Ada", total="1.10"), customer_with_order(first_name="Bea", total="2.20")

    def counted(customer):
        totals = RecordTotals.objects.filter(source_record__customer=customer).aggregate(
            n=Sum("orders"), t=Sum("amount")
        )
        live = Order.objects.filter(source_record__customer=customer)
        assert totals["n"] == (live.count() or None)
        assert (totals["t"] or 0) == round(100 * (live.aggregate(t=Sum("total"))["t"] or 0))
        return live.count()

    merged = merge(a, b)
    assert (counted(a), counted(b)) == (2, 0)
    undo(merged)
    assert (counted(a), counted(b)) == (1, 1)
