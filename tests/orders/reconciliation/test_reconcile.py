"""Payments of a day are compared with what the gateway says, in both directions, and never changed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from orders.models import PaymentDifference, Reconciliation, Transaction
from orders.payments.gateway import Answer, ListingError
from orders.reconciliation import reconcile
from orders.reconciliation.days import days_due
from orders.reconciliation.reconcile import reconcile_day
from tests.acts import refund
from tests.database import rows
from tests.factories import declined_order, order, paid_order, sale
from tests.orders.reconciliation.listing_gateway import (
    DeafGateway,
    ListingGateway,
    LookUpGateway,
    configured,
    listed,
    unknown,
)
from tests.tables import table

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 29)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def at_noon(payment: Transaction, **values) -> Transaction:
    Transaction.objects.filter(pk=payment.pk).update(at=NOON, **values)
    payment.refresh_from_db()
    return payment


@pytest.fixture
def paid() -> Transaction:
    return at_noon(paid_order().transactions.get())


@pytest.fixture
def declined() -> Transaction:
    return at_noon(declined_order().transactions.get())


@pytest.fixture
def pending() -> Transaction:
    return at_noon(sale(order(status="PENDING").order, "PENDING"))


def found() -> list[tuple[str, str]]:
    """The kinds of the differences of the day, with the orders they name."""
    return list(PaymentDifference.objects.order_by("at", "pk").values_list("kind", "order_number"))


def compare_with(*payments) -> Reconciliation:
    with configured(ListingGateway) as gateway:
        gateway.payments = list(payments)
        return reconcile_day(DAY)


def test_what_both_sides_agree_on_is_no_difference(paid, declined):
    back = at_noon(refund(paid.order, "1.00"))
    day = compare_with(listed(paid), listed(declined, amount=Decimal(1)), listed(back))
    assert (found(), day.compared, day.not_comparable, day.is_listed) == ([], 3, 0, True)


def test_a_payment_that_the_gateway_does_not_have_is_missing_there(paid, pending, declined):
    assert compare_with().compared == 3
    # A declined one need not have reached the gateway.
    assert found() == [("not_there", paid.order.number), ("not_there", pending.order.number)]
    assert PaymentDifference.objects.first().status_there == ""


def test_a_payment_that_only_the_gateway_has_is_missing_here(paid):
    compare_with(
        listed(paid),
        unknown(NOON),
        unknown(NOON, key="tr_unknown", is_refund=True, reference="other"),
        unknown(NOON, status="HARD_DECLINE"),
        unknown(NOON - timedelta(days=1)),  # of another day
    )
    assert found() == [("not_here", ""), ("not_here", "")]
    assert set(PaymentDifference.objects.values_list("key", "reference", "amount_there", "is_refund")) == {
        ("", "console/7", Decimal(5), False),
        ("tr_unknown", "other", Decimal(5), True),
    }


@table(
    ("values", "kinds"),
    [
        ({"amount": Decimal("9.89")}, ["amount"]),
        ({"currency": "EUR"}, ["currency"]),
        ({"currency": "EUR", "amount": Decimal(1)}, ["currency", "amount"]),
        ({"status": "HARD_DECLINE", "amount": Decimal(0)}, ["outcome"]),
        ({"status": "PENDING"}, ["outcome"]),
        ({"amount": Decimal("9.900"), "reference": "renamed"}, []),
    ],
)
def test_a_paid_sale_differs_by(values, kinds, paid):
    compare_with(listed(paid, **values))
    assert [kind for kind, _ in found()] == kinds


def test_a_declined_sale_that_the_gateway_made_differs(declined):
    compare_with(listed(declined, status="SUCCESS"))
    assert found() == [("outcome", declined.order.number)]


@table("status", ["SUCCESS", "SOFT_DECLINE"])
def test_a_pending_payment_differs_from_every_answer(status, pending):
    compare_with(listed(pending, status=status))
    assert found() == [("outcome", pending.order.number)]


def test_a_refund_is_compared_as_a_sale_is(paid):
    back = at_noon(refund(paid.order, "3.00"))
    compare_with(listed(paid), listed(back, amount=Decimal("30.00")))
    difference = PaymentDifference.objects.get()
    assert (difference.kind, difference.is_refund, difference.amount_here) == ("amount", True, Decimal("3.000"))


def test_clocks_that_differ_by_a_minute_make_no_difference(paid):
    midnight = datetime(2026, 11, 29, tzinfo=UTC)
    Transaction.objects.update(at=midnight)
    paid.refresh_from_db()
    compare_with(listed(paid, at=midnight - timedelta(minutes=1)))
    assert found() == []


def test_payments_of_other_days_systems_and_gateways_are_not_compared(paid, pending, declined):
    Transaction.objects.filter(pk=paid.pk).update(at=NOON + timedelta(days=1))
    Transaction.objects.filter(pk=pending.pk).update(external_id="of a shop")
    type(declined.pay_source).objects.filter(pk=declined.pay_source_id).update(gateway="Another")
    assert compare_with().compared == 0


def test_nothing_is_changed_but_what_was_found(paid, pending, declined):
    before = rows(Transaction), rows(type(paid.order))
    compare_with(listed(paid, amount=Decimal(1)), listed(pending, status="SUCCESS"), unknown(NOON))
    assert (rows(Transaction), rows(type(paid.order))) == before


def test_done_again_it_replaces_what_it_found_before(paid):
    compare_with(listed(paid, amount=Decimal(1)))
    first = Reconciliation.objects.get()
    compare_with(listed(paid, amount=Decimal(1)))
    assert (len(found()), Reconciliation.objects.get().pk) == (1, first.pk)
    compare_with(listed(paid))
    assert found() == []


def test_two_runs_at_once_find_each_difference_once(transactional_db, run_together):
    payment = at_noon(paid_order().transactions.get())
    with configured(ListingGateway) as gateway:
        gateway.payments = [listed(payment, amount=Decimal(1))]
        outcomes = run_together(*[lambda: reconcile_day(DAY)] * 2)
    assert [error for error in outcomes if isinstance(error, Exception)] == []
    assert (Reconciliation.objects.count(), len(found())) == (1, 1)


@table("fault", ["broken off", "killed"])
def test_a_run_that_ends_in_the_middle_leaves_the_day_for_the_next(fault, paid):
    def die():
        raise KeyboardInterrupt

    with configured(ListingGateway) as gateway:
        gateway.payments = [listed(paid, amount=Decimal(1)), unknown(NOON)]
        if fault == "broken off":
            gateway.breaks_off = 1
        else:
            gateway.then = die
        with pytest.raises((ListingError, KeyboardInterrupt)):
            reconcile_day(DAY)
        assert not Reconciliation.objects.exists()
        gateway.breaks_off, gateway.then = None, list
        reconcile_day(DAY)
    assert [kind for kind, _ in found()] == ["amount", "not_here"]


def test_many_payments_are_read_in_batches(monkeypatch):
    monkeypatch.setattr(reconcile, "BATCH", 2)
    payments = [at_noon(paid_order(email=f"{n}@reunite.cz").transactions.get()) for n in range(5)]
    compare_with(*(listed(payment) for payment in payments[:4]))
    assert found() == [("not_there", payments[4].order.number)]


def test_a_gateway_that_lists_nothing_is_asked_about_each_payment(paid, declined, pending):
    with configured(LookUpGateway) as gateway:
        gateway.answers = {
            paid.uuid: Answer("SUCCESS", "Approved.", "ref", amount=Decimal(1), currency="USD"),
            declined.uuid: Answer("SUCCESS", "Approved.", "ref"),
        }
        day = reconcile_day(DAY)
    assert found() == [("amount", paid.order.number), ("outcome", declined.order.number)]
    assert (day.compared, day.not_comparable, day.is_listed) == (2, 1, False)


def test_a_gateway_that_cannot_look_up_is_not_asked_and_its_payments_are_not_comparable(paid, declined):
    with configured(DeafGateway):
        day = reconcile_day(DAY)
    assert (found(), day.compared, day.not_comparable) == ([], 0, 2)


def test_days_are_due_once_and_again_while_something_differs(paid):
    today = DAY + timedelta(days=1)
    assert days_due(today) == [today - timedelta(days=back) for back in range(7, 0, -1)]
    for day in days_due(today):
        Reconciliation.objects.create(day=day, is_listed=True)
    assert days_due(today) == []
    compare_with(listed(paid, amount=Decimal(1)))
    assert (days_due(today), days_due(DAY + timedelta(days=15))[:1]) == ([DAY], [date(2026, 12, 7)])


def say(*options: str) -> list[str]:
    out = StringIO()
    call_command("reconcile_payments", *options, stdout=out)
    return out.getvalue().splitlines()


def test_the_command_says_what_differs(paid):
    with configured(ListingGateway) as gateway:
        gateway.payments = [listed(paid, amount=Decimal("19.90")), unknown(NOON)]
        lines = say("--day", "2026-11-29")
    assert lines == [
        "2026-11-29: 1 payment compared with Sandbox.",
        f"  Other amount: order {paid.order.number}. Here: success, 9.90 USD. Gateway: success, 19.90 USD.",
        "  Only at the gateway: reference console/7. Here: nothing. Gateway: success, 5.00 USD.",
        "2 differences.",
    ]


def test_the_command_compares_what_is_due_and_says_what_cannot_be_compared(paid, time_machine):
    time_machine.move_to(NOON + timedelta(days=1))
    with configured(DeafGateway):
        lines = say()
    assert len(lines) == 8
    assert lines[-2].endswith("says nothing about them: 1. Payments that only the gateway has are not known.")


def test_without_a_gateway_the_command_says_so(settings):
    settings.PAYMENT_GATEWAY = ""
    with pytest.raises(CommandError, match="No payment gateway is configured"):
        say("--day", "2026-11-29")
