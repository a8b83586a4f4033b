"""Adding, changing, disabling and deleting a line of an invoice that was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from customers.lib.money import format_money, is_payable
from orders import history
from orders.invoices.amend import Amendment, DeletedMeanwhileError, amend_invoice, set_disabled
from orders.invoices.rows import item_columns, line_from_item
from orders.invoices.schema import TAKEN, InvoiceError, InvoiceLine, existing_line_ids, line_errors
from orders.invoices.subscriptions import BilledPurchases
from orders.models import Order, OrderItem

if TYPE_CHECKING:
    from crm.accounts.models import User


def add(order: Order, line: InvoiceLine, *, by: User | None) -> OrderItem:
    with amend_invoice(order, by=by) as amendment:
        _refuse(amendment.order, line)
        item = _write(OrderItem(order=amendment.order), line, amendment)
        _tell(amendment, "added", item, by=by)
    return item


def change(item: OrderItem, values: Mapping[str, Any], *, by: User | None) -> OrderItem:
    """Write `values` of what a Line says."""
    with amend_invoice(item.order, by=by) as amendment:
        current = _again(item)
        line = replace(line_from_item(current), **values)
        _refuse(amendment.order, line, before=current.external_id)
        _write(current, line, amendment)
        _tell(amendment, "changed", current, by=by)
    return current


def disable(item: OrderItem, *, disabled: bool, by: User | None) -> OrderItem:
    """Let it count for nothing in what the invoice comes to, or let it count again."""
    with amend_invoice(item.order, by=by) as amendment:
        current = _again(item)
        before = _counting(current)
        set_disabled(current, disabled=disabled, by=by)
        current.save()
        _add_to_total(amendment, _counting(current) - before)
        _tell(amendment, "disabled" if disabled else "enabled", current, by=by)
    return current


def delete(item: OrderItem, *, by: User | None) -> None:
    with amend_invoice(item.order, by=by) as amendment:
        current = _again(item)
        _tell(amendment, "deleted", current, by=by)
        current.delete()
        _add_to_total(amendment, -_counting(current))


def _again(item: OrderItem) -> OrderItem:
    """As it is now that its order is locked."""
    found = OrderItem.objects.select_related("product", "purchase", "order").filter(pk=item.pk).first()
    if found is None:
        raise DeletedMeanwhileError
    return found


def _refuse(order: Order, line: InvoiceLine, *, before: str = "") -> None:
    if errors := line_errors(line, order.currency):
        raise InvoiceError(**errors)
    if line.external_id != before and existing_line_ids(order.data_source_id, [line.external_id]):
        raise InvoiceError(external_id=TAKEN["line_item"])


def _write(item: OrderItem, line: InvoiceLine, amendment: Amendment) -> OrderItem:
    """Make `item` what `line` says, with the subscription that it bills."""
    before = _counting(item) if item.pk else Decimal(0)
    subscribed = BilledPurchases([(amendment.order, line)])
    subscribed.save()
    amendment.begun |= subscribed.begun
    for name, value in item_columns(line).items():
        setattr(item, name, value)
    item.purchase = subscribed.of(amendment.order, line)
    item.save()
    _add_to_total(amendment, _counting(item) - before)
    return item


def _counting(item: OrderItem) -> Decimal:
    return item.amount if item.disabled_at is None else Decimal(0)


def _add_to_total(amendment: Amendment, amount: Decimal) -> None:
    order, before = amendment.order, amendment.order.total
    order.total += amount
    if not is_payable(order.total, order.currency):
        raise InvoiceError(amount_in_cents="The invoice total is too large")
    if amount:
        amendment.resettle(before)


def _tell(amendment: Amendment, what: str, item: OrderItem, *, by: User | None) -> None:
    amount = format_money(item.amount, amendment.order.currency)
    history.write(amendment.order, f"line {what}: {item.description or item.get_kind_display()}, {amount}.", by=by)
