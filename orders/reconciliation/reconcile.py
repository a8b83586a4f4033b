"""Comparing the payments of a day with the gateway. Nothing but the outcome of the comparison is written.

The gateway is asked outside of any database transaction, and the outcome is written in one at the end. So a run that
was killed leaves the day as it was, and one that is done again replaces what it found the first time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from customers.lib.batches import BATCH, batches
from customers.lib.pages import Cursor, compared_to
from orders.models import PaymentDifference, Reconciliation, Transaction, TransactionKind, TransactionStatus
from orders.payments.gateway import Gateway, GatewayPayment, ListsPayments, can_look_up
from orders.payments.gateway_request import require_gateway
from orders.payments.settle_pending import question_about
from orders.reconciliation.compare import GatewaySide, differences_of, missing_here, missing_there

COMPARED = (TransactionKind.SALE, TransactionKind.CAPTURE, TransactionKind.REFUND)
SLACK = timedelta(hours=1)
"""By how much the clocks of both sides may differ."""


@dataclass
class DayOfPayments:
    """A day of UTC, and what its comparison has come to so far."""

    day: date
    gateway: Gateway
    compared: int = 0
    not_comparable: int = 0
    differences: list[PaymentDifference] = field(default_factory=list)

    @property
    def since(self) -> datetime:
        return datetime.combine(self.day, time.min, UTC)

    @property
    def until(self) -> datetime:
        return self.since + timedelta(days=1)

    @property
    def payments(self) -> QuerySet[Transaction]:
        """Those that Reunite asked this gateway for."""
        ours = Transaction.objects.filter(pay_source__gateway=self.gateway.name, external_id="", kind__in=COMPARED)
        return ours.filter(at__gte=self.since, at__lt=self.until, disabled_at=None)

    def has(self, at: datetime) -> bool:
        return self.since <= at < self.until


def reconcile_day(day: date) -> Reconciliation:
    """OrderError without a gateway; ListingError if it did not list its payments, and nothing is written."""
    gateway = require_gateway()
    payments = DayOfPayments(day, gateway)
    if isinstance(gateway, ListsPayments):
        _compare_list(payments, gateway)
    else:
        _look_up_each(payments)
    return _keep(payments, is_listed=isinstance(gateway, ListsPayments))


def _compare_list(payments: DayOfPayments, gateway: ListsPayments) -> None:
    listed_pks: set[int] = set()
    for batch in batches(gateway.list_payments(payments.since - SLACK, payments.until + SLACK)):
        listed_pks |= _compare_batch(payments, batch)
    for payment in _in_order(payments):
        if payment.pk not in listed_pks:
            payments.compared += 1
            payments.differences += missing_there(payment)


def _compare_batch(payments: DayOfPayments, batch: Sequence[GatewayPayment]) -> set[int]:
    """The primary keys of the payments of the day that are listed."""
    keys = [listed.key for listed in batch if listed.key]
    known = {payment.uuid: payment for payment in Transaction.objects.filter(uuid__in=keys).select_related("order")}
    matched: set[int] = set()
    for listed in batch:
        payment = known.get(listed.key)
        if payment is None:
            payments.differences += missing_here(listed) if payments.has(listed.at) else ()
        elif payments.has(payment.at):
            matched.add(payment.pk)
            payments.compared += 1
            payments.differences += differences_of(payment, GatewaySide.of_listed(listed))
    return matched


def _look_up_each(payments: DayOfPayments) -> None:
    """Payments that only the gateway has cannot be found so."""
    if not can_look_up(payments.gateway):
        payments.not_comparable = payments.payments.count()
        return
    for payment in _in_order(payments):
        answer = payments.gateway.look_up(question_about(payment))
        if answer.status == TransactionStatus.PENDING:
            payments.not_comparable += 1
        else:
            payments.compared += 1
            payments.differences += differences_of(payment, GatewaySide.of_answer(answer))


def _in_order(payments: DayOfPayments) -> Iterator[Transaction]:
    last: Cursor | None = None
    ordered = payments.payments.select_related("order", "pay_source", "sale").order_by("at", "pk")
    while batch := list(ordered.filter(compared_to(last, "gt"))[:BATCH]):
        yield from batch
        last = Cursor.of(batch[-1])


@transaction.atomic
def _keep(payments: DayOfPayments, *, is_listed: bool) -> Reconciliation:
    values = {
        "gateway": payments.gateway.name,
        "at": timezone.now(),
        "compared": payments.compared,
        "not_comparable": payments.not_comparable,
        "is_listed": is_listed,
    }
    # It locks the row: of two runs at once the second replaces what the first wrote.
    reconciliation, _ = Reconciliation.objects.update_or_create(day=payments.day, defaults=values)
    reconciliation.differences.all().delete()
    for difference in payments.differences:
        difference.reconciliation = reconciliation
    PaymentDifference.objects.bulk_create(payments.differences, batch_size=BATCH)
    return reconciliation
