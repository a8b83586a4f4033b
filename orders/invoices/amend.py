"""Changing an invoice that was sent, with what follows: its status, its subscriptions, the totals, the billing status.

Under the lock of its customer, like every act on an order. What went through a gateway here is not changed by whoever
only tells of it: such payments stay as they were answered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone

from customers.lib.money import is_payable
from customers.locks import RetiredMeanwhileError
from customers.profile.lead_status import clear_lost
from customers.totals import billing_status
from orders import history
from orders.invoices.schema import InvoiceError, head_errors
from orders.invoices.status import derive_status, fit_whole_payments
from orders.locks import lock_owner
from orders.models import COUNTED, Order, OrderItem, Purchase, SubscriptionEvent, Transaction, Uncollected
from orders.subscriptions.derive import drop_unbilled_purchases, refresh_purchases
from orders.totals.add import replace_totals
from orders.totals.deltas import deltas_of_order

if TYPE_CHECKING:
    from crm.accounts.models import User


class DeletedMeanwhileError(Exception):
    """Nothing was changed: it was deleted a moment ago."""


class Amendment:
    """A locked order while it is changed. What is known of it at the end is saved, and what follows with it."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.payments = list(order.transactions.order_by("pk"))
        self.begun: set[int] = set()

    def settle(self) -> None:
        """Let the status follow from the payments, and those that are for all of it come to that."""
        if misfits := fit_whole_payments(self.order, self.payments):
            Transaction.objects.bulk_update(misfits, ["amount"])
        derive_status(self.order, self.payments)

    def resettle(self, before: Decimal) -> None:
        """As `settle`, when the total was `before`: but who sends no payments says itself what is paid."""
        if self.payments or before <= 0 or self.order.status not in COUNTED:
            self.settle()


@contextmanager
def amend_invoice(order: Order, *, by: User | None) -> Iterator[Amendment]:
    """The order, read again under the lock of its customer, to be changed; GoneError when it is not there any more."""
    with transaction.atomic():
        try:
            owner = lock_owner(order.source_record)
            locked = Order.objects.select_for_update(no_key=True, of=("self",))
            current = locked.select_related("source_record").get(pk=order.pk)
        except (ObjectDoesNotExist, RetiredMeanwhileError):
            raise DeletedMeanwhileError from None
        before, was_counted = list(deltas_of_order(current)), current.is_counted
        amendment, billed = Amendment(current), _billed(current)
        yield amendment
        current.save()
        if current.is_counted and not was_counted:
            clear_lost(current.source_record, by=by)
        billed |= _billed(current)
        purchases = list(Purchase.objects.filter(pk__in=billed).order_by("pk"))
        changes = [*drop_unbilled_purchases(purchases), *refresh_purchases(purchases, new=amendment.begun)]
        replace_totals(before, deltas_of_order(current), also=changes)
        if changes:
            billing_status.refresh([owner.pk])


def _billed(order: Order) -> set[int]:
    """The subscriptions that its lines bill."""
    return set(order.items.exclude(purchase=None).values_list("purchase", flat=True))


def change_invoice(order: Order, values: Mapping[str, Any], *, by: User | None) -> Order:
    """Write `values` of the columns `at`, `due`, `currency` and `collection_method`; amounts stay as many units."""
    with amend_invoice(order, by=by) as amendment:
        current = amendment.order
        for name, value in values.items():
            setattr(current, name, value)
        if errors := head_errors(current.currency, current.collection_method):
            raise InvoiceError(**errors)
        if "currency" in values:
            _recount(amendment)
        history.write(current, f"changed: {', '.join(sorted(values)) or 'nothing'}.", by=by)
    return current


def _recount(amendment: Amendment) -> None:
    """Let what is paid be in the currency of the order; InvoiceError when an amount cannot be."""
    order = amendment.order
    amounts = [order.total, order.refunded, *(each.amount for each in amendment.payments)]
    amounts += chain.from_iterable(order.items.values_list("amount", "discount", "tax"))
    if not all(is_payable(amount, order.currency) for amount in amounts):
        raise InvoiceError(
            currency=f"An amount of this invoice is not a whole number of minor units of {order.currency}"
        )
    refuse_gateway(amendment.payments)
    order.transactions.update(currency=order.currency, updated=timezone.now())


def refuse_gateway(payments: Collection[Transaction]) -> None:
    """InvoiceError when one of them went through a gateway here: then it is what the gateway answered."""
    if any(each.pay_source_id or each.gateway_reference for each in payments):
        raise InvoiceError(transaction="This payment was made through a gateway and cannot be changed.")


def disable_invoice(order: Order, *, disabled: bool, by: User | None) -> Order:
    """Let it count for no revenue, or let it count again; it is kept."""
    with amend_invoice(order, by=by) as amendment:
        set_disabled(amendment.order, disabled=disabled, by=by)
        history.write(amendment.order, "disabled." if disabled else "enabled.", by=by)
    return amendment.order


def set_disabled(row: Order | OrderItem | Transaction | SubscriptionEvent, *, disabled: bool, by: User | None) -> None:
    """Since when and by whom; what is disabled already stays so since then."""
    if disabled and row.disabled_at is None:
        row.disabled_at, row.disabled_by = timezone.now(), by
    if not disabled:
        row.disabled_at = row.disabled_by = None


def mark_uncollected(order: Order, why: str, *, by: User | None) -> Order:
    """It will never be paid: it was voided or written off."""
    if why not in Uncollected.values:
        raise InvoiceError(status=f"must be {' or '.join(Uncollected.values)}")
    with amend_invoice(order, by=by) as amendment:
        amendment.order.uncollected = why
        amendment.settle()
        history.write(amendment.order, f"{Uncollected(why).label.lower()}.", by=by)
    return amendment.order
