"""Adding, changing, disabling and deleting payments and refunds of an imported invoice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from customers.lib import sentences
from customers.models import EventKind
from customers.records import deleted_rows
from orders import history
from orders.invoices.amend import Amendment, DeletedMeanwhileError, amend_invoice, refuse_gateway, set_disabled
from orders.invoices.errors import REFUND_TOO_LARGE, TAKEN, InvoiceError, existing_payment_ids, payment_errors
from orders.invoices.incoming import IncomingPayment
from orders.invoices.rows import payment_from_transaction, transaction_columns, transaction_from_payment
from orders.invoices.status import REFUNDS, SALES, sum_of
from orders.models import COUNTED, Order, Transaction, TransactionKind

if TYPE_CHECKING:
    from crm.accounts.models import User

PAYMENT = {
    "added": "Added a payment of {amount} to order {order}.",
    "changed": "Changed a payment of {amount} of order {order}.",
    "disabled": "Disabled a payment of {amount} of order {order}.",
    "enabled": "Enabled a payment of {amount} of order {order}.",
    "deleted": "Deleted a payment of {amount} of order {order}.",
}
REFUND = {
    "added": "Added a refund of {amount} to order {order}.",
    "changed": "Changed a refund of {amount} of order {order}.",
    "disabled": "Disabled a refund of {amount} of order {order}.",
    "enabled": "Enabled a refund of {amount} of order {order}.",
    "deleted": "Deleted a refund of {amount} of order {order}.",
}


def add(order: Order, payment: IncomingPayment, *, by: User | None) -> Transaction:
    with amend_invoice(order, by=by) as amendment:
        _refuse(amendment.order, payment)
        transaction = transaction_from_payment(payment, amendment.order, by=by)
        transaction.save()
        amendment.payments.append(transaction)
        _finish(amendment, "added", transaction, by=by)
    return transaction


def change(transaction: Transaction, values: Mapping[str, Any], *, by: User | None) -> Transaction:
    """`values` are of the fields of an IncomingPayment."""
    with amend_invoice(transaction.order, by=by) as amendment:
        current = _read_again(transaction, amendment)
        payment = replace(payment_from_transaction(current), **values)
        _refuse(amendment.order, payment, before=current.external_id)
        for name, value in transaction_columns(payment, amendment.order).items():
            setattr(current, name, value)
        current.save()
        _finish(amendment, "changed", current, by=by)
    return current


def disable(transaction: Transaction, *, disabled: bool, by: User | None) -> Transaction:
    """Keep the payment, but not in the paid amount."""
    with amend_invoice(transaction.order, by=by) as amendment:
        current = _read_again(transaction, amendment)
        set_disabled(current, disabled=disabled, by=by)
        current.save()
        _finish(amendment, "disabled" if disabled else "enabled", current, by=by)
    return current


def delete(transaction: Transaction, *, by: User | None) -> None:
    with amend_invoice(transaction.order, by=by) as amendment:
        current = _read_again(transaction, amendment)
        amendment.payments.remove(current)
        _finish(amendment, "deleted", current, by=by)
        deleted_rows.remember(Transaction.objects.filter(pk=current.pk))
        current.delete()


def _read_again(transaction: Transaction, amendment: Amendment) -> Transaction:
    current = next((payment for payment in amendment.payments if payment.pk == transaction.pk), None)
    if current is None:
        raise DeletedMeanwhileError
    refuse_gateway([current])
    return current


def _refuse(order: Order, payment: IncomingPayment, *, before: str = "") -> None:
    if errors := payment_errors(payment, order.currency):
        raise InvoiceError(**errors)
    if payment.external_id != before and existing_payment_ids(order.data_source_id, [payment.external_id]):
        raise InvoiceError(external_id=TAKEN["transaction"])


def _refuse_too_large(amendment: Amendment, *, was_paid: bool) -> None:
    if was_paid and not any(payment.kind in SALES for payment in amendment.payments):
        return  # paid elsewhere
    if sum_of(amendment.payments, REFUNDS) > sum_of(amendment.payments, SALES):
        raise InvoiceError(amount_in_cents=REFUND_TOO_LARGE)


def _finish(amendment: Amendment, act: str, transaction: Transaction, *, by: User | None) -> None:
    was_paid = amendment.order.status in COUNTED
    amendment.refresh_status()
    if act in ("added", "changed") and transaction.kind == TransactionKind.REFUND:
        _refuse_too_large(amendment, was_paid=was_paid)
    is_refund = transaction.kind == TransactionKind.REFUND
    event = EventKind.ORDER_REFUNDED if is_refund and act == "added" else None
    amount = sentences.money(transaction.amount, transaction.currency)
    history.write(amendment.order, (REFUND if is_refund else PAYMENT)[act], amount=amount, by=by, event=event)
