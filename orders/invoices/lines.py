"""Adding, changing, disabling and deleting a line of an invoice that was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from customers.lib.money import is_exact, with_currency
from orders import history
from orders.invoices.amend import Amended, GoneError, amended, mark
from orders.invoices.rows import columns_of, line_of
from orders.invoices.schema import TAKEN, InvoiceError, Line, taken_lines, wrong_with_line
from orders.invoices.subscriptions import Subscribed
from orders.models import Order, OrderItem

if TYPE_CHECKING:
    from crm.accounts.models import User


def add(order: Order, line: Line, *, by: User | None) -> OrderItem:
    with amended(order, by=by) as amendment:
        _refuse(amendment.order, line)
        item = _write(OrderItem(order=amendment.order), line, amendment)
        _tell(amendment, "added", item, by=by)
    return item


def change(item: OrderItem, values: Mapping[str, Any], *, by: User | None) -> OrderItem:
    """Write `values` of what a Line says."""
    with amended(item.order, by=by) as amendment:
        current = _again(item)
        line = replace(line_of(current), **values)
        _refuse(amendment.order, line, before=current.external_id)
        _write(current, line, amendment)
        _tell(amendment, "changed", current, by=by)
    return current


def disable(item: OrderItem, *, disabled: bool, by: User | None) -> OrderItem:
    """Let it count for nothing in what the invoice comes to, or let it count again."""
    with amended(item.order, by=by) as amendment:
        current = _again(item)
        before = _counting(current)
        mark(current, disabled=disabled, by=by)
        current.save()
        _add_to_total(amendment, _counting(current) - before)
        _tell(amendment, "disabled" if disabled else "enabled", current, by=by)
    return current


def delete(item: OrderItem, *, by: User | None) -> None:
    with amended(item.order, by=by) as amendment:
        current = _again(item)
        _tell(amendment, "deleted", current, by=by)
        current.delete()
        _add_to_total(amendment, -_counting(current))


def _again(item: OrderItem) -> OrderItem:
    """As it is now that its order is locked."""
    found = OrderItem.objects.select_related("product", "purchase", "order").filter(pk=item.pk).first()
    if found is None:
        raise GoneError
    return found


def _refuse(order: Order, line: Line, *, before: str = "") -> None:
    if errors := wrong_with_line(line, order.currency):
        raise InvoiceError(**errors)
    if line.external_id != before and taken_lines(order.data_source_id, [line.external_id]):
        raise InvoiceError(external_id=TAKEN["line_item"])


def _write(item: OrderItem, line: Line, amendment: Amended) -> OrderItem:
    """Make `item` what `line` says, with the subscription that it bills."""
    before = _counting(item) if item.pk else Decimal(0)
    subscribed = Subscribed([(amendment.order, line)])
    subscribed.save()
    amendment.begun |= subscribed.begun
    for name, value in columns_of(line).items():
        setattr(item, name, value)
    item.purchase = subscribed.of(amendment.order, line)
    item.save()
    _add_to_total(amendment, _counting(item) - before)
    return item


def _counting(item: OrderItem) -> Decimal:
    return item.amount if item.disabled_at is None else Decimal(0)


def _add_to_total(amendment: Amended, amount: Decimal) -> None:
    order, before = amendment.order, amendment.order.total
    order.total += amount
    if not is_exact(order.total, order.currency):
        raise InvoiceError(amount_in_cents="The invoice would come to more than can be stored")
    if amount:
        amendment.resettle(before)


def _tell(amendment: Amended, what: str, item: OrderItem, *, by: User | None) -> None:
    amount = with_currency(item.amount, amendment.order.currency)
    history.write(amendment.order, f"line {what}: {item.description or item.get_kind_display()}, {amount}.", by=by)
