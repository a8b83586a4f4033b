"""What a billing system tells of payments and refunds of an invoice: added, changed, disabled, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from customers.lib.money import format_money
from orders import history
from orders.invoices.amend import Amendment, DeletedMeanwhileError, amend_invoice, refuse_gateway, set_disabled
from orders.invoices.rows import payment_from_transaction, transaction_columns, transaction_from_payment
from orders.invoices.schema import TAKEN, InvoiceError, InvoicePayment, existing_payment_ids, payment_errors
from orders.models import Order, Transaction

if TYPE_CHECKING:
    from crm.accounts.models import User


def add(order: Order, payment: InvoicePayment, *, by: User | None) -> Transaction:
    with amend_invoice(order, by=by) as amendment:
        _refuse(amendment.order, payment)
        receipt = transaction_from_payment(payment, amendment.order, by=by)
        receipt.save()
        amendment.payments.append(receipt)
        _tell(amendment, "added", receipt, by=by)
    return receipt


def change(receipt: Transaction, values: Mapping[str, Any], *, by: User | None) -> Transaction:
    """Write `values` of what a Payment says."""
    with amend_invoice(receipt.order, by=by) as amendment:
        current = _again(receipt, amendment)
        payment = replace(payment_from_transaction(current), **values)
        _refuse(amendment.order, payment, before=current.external_id)
        for name, value in transaction_columns(payment, amendment.order).items():
            setattr(current, name, value)
        current.save()
        _tell(amendment, "changed", current, by=by)
    return current


def disable(receipt: Transaction, *, disabled: bool, by: User | None) -> Transaction:
    """Let it count for nothing in what was paid, or let it count again."""
    with amend_invoice(receipt.order, by=by) as amendment:
        current = _again(receipt, amendment)
        set_disabled(current, disabled=disabled, by=by)
        current.save()
        _tell(amendment, "disabled" if disabled else "enabled", current, by=by)
    return current


def delete(receipt: Transaction, *, by: User | None) -> None:
    with amend_invoice(receipt.order, by=by) as amendment:
        current = _again(receipt, amendment)
        amendment.payments.remove(current)
        _tell(amendment, "deleted", current, by=by)
        current.delete()


def _again(receipt: Transaction, amendment: Amendment) -> Transaction:
    """As it is now that its order is locked."""
    found = next((each for each in amendment.payments if each.pk == receipt.pk), None)
    if found is None:
        raise DeletedMeanwhileError
    refuse_gateway([found])
    return found


def _refuse(order: Order, payment: InvoicePayment, *, before: str = "") -> None:
    if errors := payment_errors(payment, order.currency):
        raise InvoiceError(**errors)
    if payment.external_id != before and existing_payment_ids(order.data_source_id, [payment.external_id]):
        raise InvoiceError(external_id=TAKEN["transaction"])


def _tell(amendment: Amendment, what: str, receipt: Transaction, *, by: User | None) -> None:
    amendment.settle()
    amount = format_money(receipt.amount, receipt.currency)
    history.write(amendment.order, f"{receipt.get_kind_display().lower()} of {amount} {what}.", by=by)
