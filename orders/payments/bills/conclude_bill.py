"""What becomes of a purchase when the gateway has answered for its bill: the next day, another attempt, or the end.

A purchase that was not billed for a while is billed once, not once for each period that was missed. A soft decline is
tried again after the days of RETRIES; after the last of them, or a hard decline, billing has failed, until the order is
paid by hand or the purchase is reactivated.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

from customers.lib import sentences
from customers.models import EventKind
from orders import history
from orders.models import (
    BILLED,
    ENDED,
    Order,
    OrderKind,
    Purchase,
    PurchaseStatus,
    Transaction,
    TransactionKind,
    TransactionStatus,
)
from orders.subscriptions.begin import next_bill_at
from orders.subscriptions.cancel import end_purchase
from orders.subscriptions.common import locked_purchase, today

RETRIES = (timedelta(days=3), timedelta(days=5), timedelta(days=7))
"""How long after each declined attempt the next one is made."""


def conclude_bill(order: Order, payment: Transaction) -> None:
    """For the locked `order`, in the transaction that records the answer about `payment`."""
    if order.kind != OrderKind.RECURRING or payment.kind != TransactionKind.SALE:
        return
    for purchase in Purchase.objects.filter(bill=order).select_related("source_record"):
        with locked_purchase(purchase, seen=None) as current:
            if current.bill_id != order.pk or current.status in ENDED:
                continue
            if payment.status == TransactionStatus.SUCCESS:
                _go_on(current, payment)
            elif current.status in BILLED:
                _try_later(current, payment)


def _go_on(purchase: Purchase, payment: Transaction) -> None:
    purchase.bill, purchase.bills_again_on = None, None
    if purchase.status == PurchaseStatus.PAUSED:
        purchase.paused_from = PurchaseStatus.ACTIVE
    else:
        purchase.status = PurchaseStatus.ACTIVE
    purchase.next_bill_date = following_day(purchase)
    amount = sentences.money(payment.amount, payment.currency)
    history.write(purchase, "Billed {amount} for purchase {purchase}.", amount=amount, by=None)
    _end_if_it_was_the_last(purchase)


def following_day(purchase: Purchase) -> date | None:
    """The first day after today that the billing interval leads to; None if the product has none any more."""
    day, product = purchase.next_bill_date or today(), purchase.product
    if not product.interval_count:
        return None
    while day <= today():
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        day = _with_first_day(purchase, noon.day, next_bill_at(noon, product).date())
    return day


def _with_first_day(purchase: Purchase, before: int, day: date) -> date:
    """A purchase of the 31st is billed on the 28th of February, and on the 31st of March again."""
    last = monthrange(day.year, day.month)[1]
    if purchase.product.interval_unit in ("month", "year") and before >= 28 and purchase.at.day > before:
        return day.replace(day=min(purchase.at.day, last))
    return day


def _try_later(purchase: Purchase, payment: Transaction) -> None:
    attempts = payment.order.transactions.filter(kind=TransactionKind.SALE).count()
    if payment.status == TransactionStatus.HARD_DECLINE or attempts > len(RETRIES):
        give_up(purchase, payment.answer)
        return
    purchase.status, purchase.bills_again_on = PurchaseStatus.RECYCLE_BILLING, today() + RETRIES[attempts - 1]
    sentence = "The bill of purchase {purchase} was declined. It is tried again on {day}."
    history.write(purchase, sentence, day=purchase.bills_again_on, by=None)


def give_up(purchase: Purchase, why: str) -> None:
    """Of the locked `purchase`. It keeps its bill: once that is paid by hand, billing goes on."""
    purchase.status, purchase.bills_again_on = PurchaseStatus.RECYCLE_FAILED, None
    history.write(purchase, "Billing of purchase {purchase} failed: {why}", why=why or "No reason was given.", by=None)
    _end_if_it_was_the_last(purchase)


def _end_if_it_was_the_last(purchase: Purchase) -> None:
    if not purchase.cancels_after_bill:
        return
    reason = purchase.cancel_reason
    end_purchase(purchase, reason=reason)
    sentence = "Cancelled purchase {purchase} after its bill, as scheduled."
    history.write(purchase, sentence, reason=reason, by=None, event=EventKind.SUBSCRIPTION_CANCELLED)
