"""What a billing system tells of payments and refunds of an invoice: added, changed, disabled, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from customers.lib.money import with_currency
from orders import history
from orders.invoices.amend import Amended, GoneError, amended, mark, refuse_gateway
from orders.invoices.rows import columns_of_payment, payment_of, transaction_of
from orders.invoices.schema import TAKEN, InvoiceError, Payment, taken_payments, wrong_with_payment
from orders.models import Order, Transaction

if TYPE_CHECKING:
    from crm.accounts.models import User


def add(order: Order, payment: Payment, *, by: User | None) -> Transaction:
    with amended(order, by=by) as amendment:
        _refuse(amendment.order, payment)
        receipt = transaction_of(payment, amendment.order, by=by)
        receipt.save()
        amendment.payments.append(receipt)
        _tell(amendment, "added", receipt, by=by)
    return receipt


def change(receipt: Transaction, values: Mapping[str, Any], *, by: User | None) -> Transaction:
    """Write `values` of what a Payment says."""
    with amended(receipt.order, by=by) as amendment:
        current = _again(receipt, amendment)
        payment = replace(payment_of(current), **values)
        _refuse(amendment.order, payment, before=current.external_id)
        for name, value in columns_of_payment(payment, amendment.order).items():
            setattr(current, name, value)
        current.save()
        _tell(amendment, "changed", current, by=by)
    return current


def disable(receipt: Transaction, *, disabled: bool, by: User | None) -> Transaction:
    """Let it count for nothing in what was paid, or let it count again."""
    with amended(receipt.order, by=by) as amendment:
        current = _again(receipt, amendment)
        mark(current, disabled=disabled, by=by)
        current.save()
        _tell(amendment, "disabled" if disabled else "enabled", current, by=by)
    return current


def delete(receipt: Transaction, *, by: User | None) -> None:
    with amended(receipt.order, by=by) as amendment:
        current = _again(receipt, amendment)
        amendment.payments.remove(current)
        _tell(amendment, "deleted", current, by=by)
        current.delete()


def _again(receipt: Transaction, amendment: Amended) -> Transaction:
    """As it is now that its order is locked."""
    found = next((each for each in amendment.payments if each.pk == receipt.pk), None)
    if found is None:
        raise GoneError
    refuse_gateway([found])
    return found


def _refuse(order: Order, payment: Payment, *, before: str = "") -> None:
    if errors := wrong_with_payment(payment, order.currency):
        raise InvoiceError(**errors)
    if payment.external_id != before and taken_payments(order.data_source_id, [payment.external_id]):
        raise InvoiceError(external_id=TAKEN["transaction"])


def _tell(amendment: Amended, what: str, receipt: Transaction, *, by: User | None) -> None:
    amendment.settle()
    amount = with_currency(receipt.amount, receipt.currency)
    history.write(amendment.order, f"{receipt.get_kind_display().lower()} of {amount} {what}.", by=by)
