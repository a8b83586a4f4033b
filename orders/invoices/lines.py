"""Adding, changing, disabling and deleting a line of an imported invoice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from customers.lib import sentences
from customers.lib.money import is_payable
from orders import history
from orders.invoices.amend import Amendment, DeletedMeanwhileError, amend_invoice, set_disabled
from orders.invoices.errors import TAKEN, InvoiceError, existing_line_ids, line_errors
from orders.invoices.incoming import IncomingInvoiceLine
from orders.invoices.rows import item_columns, line_from_item
from orders.invoices.subscriptions import BilledPurchases
from orders.models import Order, OrderItem

if TYPE_CHECKING:
    from crm.accounts.models import User

ENABLED = "Enabled the line {line} of {amount} of order {order}."
DISABLED = "Disabled the line {line} of {amount} of order {order}."


def add(order: Order, line: IncomingInvoiceLine, *, by: User | None) -> OrderItem:
    with amend_invoice(order, by=by) as amendment:
        _refuse(amendment.order, line)
        item = _write(OrderItem(order=amendment.order), line, amendment)
        _write_history(amendment, "Added the line {line} of {amount} to order {order}.", item, by=by)
    return item


def change(item: OrderItem, values: Mapping[str, Any], *, by: User | None) -> OrderItem:
    """`values` are of the fields of an IncomingInvoiceLine."""
    with amend_invoice(item.order, by=by) as amendment:
        current = _read_again(item)
        line = replace(line_from_item(current), **values)
        _refuse(amendment.order, line, before=current.external_id)
        _write(current, line, amendment)
        _write_history(amendment, "Changed the line {line} of {amount} of order {order}.", current, by=by)
    return current


def disable(item: OrderItem, *, disabled: bool, by: User | None) -> OrderItem:
    """Keep the line, but not in the total of the invoice."""
    with amend_invoice(item.order, by=by) as amendment:
        current = _read_again(item)
        before = _counted_amount(current)
        set_disabled(current, disabled=disabled, by=by)
        current.save()
        _add_to_total(amendment, _counted_amount(current) - before)
        _write_history(amendment, DISABLED if disabled else ENABLED, current, by=by)
    return current


def delete(item: OrderItem, *, by: User | None) -> None:
    with amend_invoice(item.order, by=by) as amendment:
        current = _read_again(item)
        _write_history(amendment, "Deleted the line {line} of {amount} of order {order}.", current, by=by)
        current.delete()
        _add_to_total(amendment, -_counted_amount(current))


def _read_again(item: OrderItem) -> OrderItem:
    current = OrderItem.objects.select_related("product", "purchase", "order").filter(pk=item.pk).first()
    if current is None:
        raise DeletedMeanwhileError
    return current


def _refuse(order: Order, line: IncomingInvoiceLine, *, before: str = "") -> None:
    if errors := line_errors(line, order.currency):
        raise InvoiceError(**errors)
    if line.external_id != before and existing_line_ids(order.data_source_id, [line.external_id]):
        raise InvoiceError(external_id=TAKEN["line_item"])


def _write(item: OrderItem, line: IncomingInvoiceLine, amendment: Amendment) -> OrderItem:
    before = _counted_amount(item) if item.pk else Decimal(0)
    purchases = BilledPurchases([(amendment.order, line)])
    purchases.save()
    amendment.new_purchases |= purchases.new_ids
    for name, value in item_columns(line).items():
        setattr(item, name, value)
    item.purchase = purchases.of(amendment.order, line)
    item.save()
    _add_to_total(amendment, _counted_amount(item) - before)
    return item


def _counted_amount(item: OrderItem) -> Decimal:
    return item.amount if item.disabled_at is None else Decimal(0)


def _add_to_total(amendment: Amendment, amount: Decimal) -> None:
    order, before = amendment.order, amendment.order.total
    order.total += amount
    if not is_payable(order.total, order.currency):
        raise InvoiceError(amount_in_cents="The invoice total is too large")
    if amount:
        amendment.refresh_status_after_total(before)


def _write_history(amendment: Amendment, sentence: str, item: OrderItem, *, by: User | None) -> None:
    line = item.description or sentences.word(item.get_kind_display())
    amount = sentences.money(item.amount, amendment.order.currency)
    history.write(amendment.order, sentence, line=line, amount=amount, by=by)
