"""Changing an imported invoice, with everything that follows: status, subscriptions, totals, billing status.

Under the lock of its customer, like every act on an order. Payments that went through a gateway here stay as the
gateway answered them.
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

from customers.lib import sentences
from customers.lib.money import is_payable
from customers.locks import RetiredMeanwhileError, get_locked
from customers.profile.lead_status import clear_lost
from customers.totals import billing_status
from orders import history
from orders.invoices.errors import InvoiceError, head_errors
from orders.invoices.status import derive_status, fit_whole_payments
from orders.locks import lock_owner
from orders.models import COUNTED, Order, OrderItem, Purchase, SubscriptionEvent, Transaction, Uncollected
from orders.subscriptions.derive import drop_unbilled_purchases, refresh_purchases
from orders.totals.add import replace_totals
from orders.totals.deltas import deltas_of_order

if TYPE_CHECKING:
    from crm.accounts.models import User

LABELS = {"at": "date", "due": "due date"}
"""Of the columns whose own name does not say it."""


class DeletedMeanwhileError(Exception):
    """Nothing was changed: the invoice, or a part of it, was deleted a moment ago."""


class Amendment:
    """A locked order while it is changed; `amend_invoice` saves it at the end."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.payments = list(order.transactions.order_by("pk"))
        self.new_purchases: set[int] = set()

    def refresh_status(self) -> None:
        """Derive the status from the payments. Payments of the whole order get its new total first."""
        if resized := fit_whole_payments(self.order, self.payments):
            Transaction.objects.bulk_update(resized, ["amount"])
        derive_status(self.order, self.payments)

    def refresh_status_after_total(self, before: Decimal) -> None:
        """As `refresh_status`, after the total was `before`; a paid order without payments stays paid."""
        if self.payments or before <= 0 or self.order.status not in COUNTED:
            self.refresh_status()


@contextmanager
def amend_invoice(order: Order, *, by: User | None) -> Iterator[Amendment]:
    """The order, read again under the lock of its customer, to change; DeletedMeanwhileError if it was deleted."""
    with transaction.atomic():
        try:
            owner = lock_owner(order.source_record)
            orders = Order.objects.select_for_update(no_key=True, of=("self",))
            current = get_locked(orders.select_related("source_record"), order.pk)
        except (ObjectDoesNotExist, RetiredMeanwhileError):
            raise DeletedMeanwhileError from None
        before, was_counted = list(deltas_of_order(current)), current.is_counted
        amendment, purchase_ids = Amendment(current), _billed_purchases(current)
        yield amendment
        current.save()
        if current.is_counted and not was_counted:
            clear_lost(current.source_record, by=by)
        purchase_ids |= _billed_purchases(current)
        purchases = list(Purchase.objects.filter(pk__in=purchase_ids).order_by("pk"))
        deltas = [*drop_unbilled_purchases(purchases), *refresh_purchases(purchases, new=amendment.new_purchases)]
        replace_totals(before, deltas_of_order(current), also=deltas)
        if deltas:
            billing_status.refresh([owner.pk])


def _billed_purchases(order: Order) -> set[int]:
    return set(order.items.exclude(purchase=None).values_list("purchase", flat=True))


def change_invoice(order: Order, values: Mapping[str, Any], *, by: User | None) -> Order:
    """`values` are by column. A new currency converts no amount."""
    with amend_invoice(order, by=by) as amendment:
        current = amendment.order
        for name, value in values.items():
            setattr(current, name, value)
        if errors := head_errors(current):
            raise InvoiceError(**errors)
        if "currency" in values:
            _change_currency(amendment)
        if fields := [sentences.word(_label(name)) for name in sorted(values)]:
            history.write(current, "Changed the {fields} of order {order}.", fields=fields, by=by)
    return current


def _label(name: str) -> str:
    names = {column.name: str(column.verbose_name) for column in Order._meta.concrete_fields}
    return (names | LABELS)[name]


def _change_currency(amendment: Amendment) -> None:
    """Set the currency of the payments too; InvoiceError if it does not allow one of the amounts."""
    order = amendment.order
    amounts = [order.total, order.refunded, *(payment.amount for payment in amendment.payments)]
    amounts += chain.from_iterable(order.items.values_list("amount", "discount", "tax"))
    if not all(is_payable(amount, order.currency) for amount in amounts):
        raise InvoiceError(
            currency=f"An amount of this invoice is not a whole number of minor units of {order.currency}"
        )
    refuse_gateway(amendment.payments)
    order.transactions.update(currency=order.currency, updated=timezone.now())


def refuse_gateway(payments: Collection[Transaction]) -> None:
    if any(payment.pay_source_id or payment.gateway_reference for payment in payments):
        raise InvoiceError(transaction="This payment was made through a gateway and cannot be changed.")


def disable_invoice(order: Order, *, disabled: bool, by: User | None) -> Order:
    """Keep the invoice, but without revenue."""
    with amend_invoice(order, by=by) as amendment:
        set_disabled(amendment.order, disabled=disabled, by=by)
        history.write(amendment.order, "Disabled order {order}." if disabled else "Enabled order {order}.", by=by)
    return amendment.order


def set_disabled(row: Order | OrderItem | Transaction | SubscriptionEvent, *, disabled: bool, by: User | None) -> None:
    # A row that is disabled already keeps its time and user.
    if disabled and row.disabled_at is None:
        row.disabled_at, row.disabled_by = timezone.now(), by
    if not disabled:
        row.disabled_at = row.disabled_by = None


def mark_uncollected(order: Order, status: str, *, by: User | None) -> Order:
    if status not in Uncollected.values:
        raise InvoiceError(status=f"must be {' or '.join(Uncollected.values)}")
    with amend_invoice(order, by=by) as amendment:
        amendment.order.uncollected = status
        amendment.refresh_status()
        is_voided = status == Uncollected.VOIDED
        history.write(amendment.order, "Voided order {order}." if is_voided else "Wrote off order {order}.", by=by)
    return amendment.order
