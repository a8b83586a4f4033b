"""Two at one moment: the money moves once, and the second is told why."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customers.merging.split import split_record
from customers.models import Customer, HistoryEntry, SourceRecord
from orders.locks import OrderError
from orders.models import Transaction
from orders.payments.refund import refund_order
from orders.payments.rerun import rerun_order
from orders.payments.settle_pending import settle_pending
from orders.subscriptions.apply_due import apply_due
from orders.subscriptions.cancel import cancel_purchase
from orders.subscriptions.common import PurchaseError
from orders.subscriptions.pause import pause_purchase
from tests.acts import merge
from tests.customers.invariants import check_owners_and_caches
from tests.database import check_totals, reloaded
from tests.factories import declined_order, order, paid_order, subscription

pytestmark = pytest.mark.usefixtures("transactional_db")


def refund(of, amount="6.00", **options):
    paid = of.transactions.get(kind="SALE")
    return lambda: refund_order(
        of, Decimal(amount), **{"sale": paid.pk, "reason": "", "seen": of.stamp, "by": None, **options}
    )


def test_of_two_refunds_at_once_one_is_refused(run_together):
    for _ in range(3):
        paid = paid_order(deduplicate=False)
        outcomes = run_together(refund(paid), refund(paid))
        assert {type(outcome) for outcome in outcomes} == {Transaction, OrderError}, outcomes
        assert reloaded(paid).refunded == 6
    check_totals()


def test_of_two_reruns_at_once_one_is_refused(run_together):
    declined = declined_order(token="sandbox-times-out")
    card = declined.transactions.get().pay_source

    def act():
        return rerun_order(declined, card.pk, seen=declined.stamp, by=None)

    outcomes = run_together(act, act)
    assert {type(outcome) for outcome in outcomes} == {Transaction, OrderError}, outcomes
    assert declined.transactions.filter(status="PENDING").count() == 1


def test_settled_twice_at_once_an_answer_is_written_down_once(run_together):
    paid = [paid_order(token="sandbox-slow-refund", deduplicate=False) for _ in range(3)]
    for sale in paid:
        refund(sale)()
    Transaction.objects.filter(status="PENDING").update(at=timezone.now() - timedelta(hours=1))
    outcomes = run_together(*[lambda: list(settle_pending())] * 2)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    assert {reloaded(sale).refunded for sale in paid} == {6}
    assert HistoryEntry.objects.filter(kind="payment").count() == 3
    check_totals()


def test_what_is_due_is_done_once_by_two_at_once(run_together):
    bought = [subscription(cancels_on=date(2026, 1, 1)) for _ in range(3)]
    outcomes = run_together(*[lambda: list(apply_due(date(2026, 1, 1)))] * 2)
    assert sorted(p.pk for done in outcomes for p in done) == sorted(p.pk for p in bought)
    assert HistoryEntry.objects.filter(kind="purchase").count() == 3
    check_totals()


def test_of_a_cancellation_and_a_pause_at_once_one_is_told(run_together):
    for _ in range(3):
        bought = subscription()
        outcomes = run_together(
            lambda it=bought: cancel_purchase(it, reason="", seen=it.stamp, by=None),
            lambda it=bought: pause_purchase(it, None, seen=it.stamp, by=None),
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "PurchaseError"], outcomes
        assert reloaded(bought).status in {"CANCELLED", "PAUSED"}
    check_totals()


def test_acts_and_a_merge_of_their_customer_at_once_lose_nothing(run_together):
    for number in range(3):
        bought = subscription(external_id=f"s{number}")
        paid = paid_order(external_id=f"p{number}", deduplicate=False)
        other = order(first_name="Jana", email=f"jana{number}@x.cz", deduplicate=False).assigned.record.customer
        had = [paid.source_record.customer, bought.source_record.customer]
        outcomes = run_together(
            refund(paid),
            lambda it=bought: cancel_purchase(it, reason="", seen=it.stamp, by=None),
            lambda other=other, had=had: merge(other, *had),
        )
        assert not [outcome for outcome in outcomes if isinstance(outcome, (OrderError, PurchaseError))], outcomes
        assert (reloaded(paid).refunded, reloaded(bought).status) == (6, "CANCELLED")
    check_owners_and_caches()


def test_a_refund_and_a_split_of_its_record_at_once_lose_nothing(run_together):
    for number in range(3):
        paid = paid_order(external_id=f"a{number}", email=f"h{number}@x.cz")
        order(source="Market", external_id=f"b{number}", first_name="Helena", email=f"h{number}@x.cz")
        outcomes = run_together(refund(paid), lambda it=paid.source_record: split_record(it, by=None))
        kinds = {type(outcome) for outcome in outcomes}
        assert kinds == {Transaction, Customer}, outcomes
        record = SourceRecord.objects.get(pk=paid.source_record_id)
        assert Transaction.objects.filter(source_record__customer=record.customer_id, kind="REFUND").count() == 1
    check_owners_and_caches()
