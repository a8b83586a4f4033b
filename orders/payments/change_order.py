"""Changing what a declined order sells before it is charged again: quantities, prices, products, shipping.

The total changes by as much as its parts do. Whatever else it has stays, because a data source may have sent a total
that its lines do not add up to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from customers.lib import sentences
from customers.lib.money import decimals_of, format_money, is_payable
from customers.lib.sentences import Value
from orders import history
from orders.intake.pricing import LineRequest, PriceError, price_line
from orders.locks import OrderError
from orders.models import Order, OrderItem

if TYPE_CHECKING:
    from crm.accounts.models import User

AMOUNTS = {"shipping": "Shipping", "tax": "Tax", "discount": "Discount"}
BILLS_A_PURCHASE = (
    "The products of this order belong to a purchase. Its price and product are changed on the page of the purchase."
)


@dataclass(frozen=True)
class WantedLine:
    """With the quantity 0 the line is removed. Without a `price` of one piece, that of the line stays."""

    quantity: int
    price: Decimal | None = None


@dataclass(frozen=True)
class OrderChange:
    """What is to be another way: lines of the order by primary key, lines that are new, and {column: amount}."""

    lines: Mapping[int, WantedLine] = field(default_factory=dict)
    added: Sequence[LineRequest] = ()
    amounts: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class LineChange:
    """A line before and after; None for one that is not there."""

    before: OrderItem | None
    after: OrderItem | None


@dataclass(frozen=True)
class ChangedOrder:
    """`order` as it would be; nothing is saved. `lines` are all of them that count, changed or not."""

    order: Order
    lines: Sequence[LineChange]
    amounts: Mapping[str, Decimal]
    total: Decimal

    @property
    def items(self) -> list[OrderItem]:
        return [line.after for line in self.lines if line.after]

    @property
    def changed_lines(self) -> list[LineChange]:
        return [line for line in self.lines if line.before is not line.after]

    @property
    def changed_amounts(self) -> list[str]:
        return [name for name, amount in self.amounts.items() if amount != getattr(self.order, name)]

    @property
    def is_changed(self) -> bool:
        return bool(self.changed_lines or self.changed_amounts)

    def __str__(self) -> str:
        return format_money(self.total, self.order.currency)


def refuse_changing(order: Order) -> None:
    """OrderError for an order that bills a purchase, whose price would be another then than that of the purchase."""
    if order.purchases.exists() or order.items.exclude(purchase=None).exists():
        raise OrderError(BILLS_A_PURCHASE)


def lines_of(order: Order) -> list[OrderItem]:
    """Those that count towards the total."""
    return list(order.items.filter(disabled_at=None).select_related("product").order_by("pk"))


def changed_order(order: Order, change: OrderChange) -> ChangedOrder:
    """What `change` makes of the order; OrderError if that cannot be charged."""
    refuse_changing(order)
    items = lines_of(order)
    if not change.lines.keys() <= {item.pk for item in items}:
        raise OrderError("A line of this order was deleted in the meantime.")
    lines = [LineChange(item, _changed(item, change.lines.get(item.pk), order.currency)) for item in items]
    lines += [LineChange(None, _new_item(order, request)) for request in change.added]
    amounts = {name: change.amounts.get(name, getattr(order, name)) for name in AMOUNTS}
    draft = ChangedOrder(order, lines, amounts, _total(order, lines, amounts))
    _refuse_amounts(draft)
    return draft


def change_order(order: Order, change: OrderChange, *, by: User | None) -> None:
    """For the locked declined `order`, in the transaction that asks for its charge."""
    draft = changed_order(order, change)
    if not draft.is_changed:
        return
    before = _money(order.total, order)
    sentence, values = _history(draft)
    for line in draft.changed_lines:
        if line.after:
            line.after.save()
        elif line.before:
            line.before.delete()
    order.total = draft.total
    for name, amount in draft.amounts.items():
        setattr(order, name, amount)
    order.save(update_fields=["total", *AMOUNTS, "updated"])
    history.write(order, sentence, before=before, after=_money(order.total, order), by=by, **values)


def _changed(item: OrderItem, wanted: WantedLine | None, currency: str) -> OrderItem | None:
    """`item` itself where nothing changes, None if it is removed."""
    if wanted is None or wanted == WantedLine(item.quantity):
        return item
    if not wanted.quantity:
        return None
    amount = _amount(item, wanted, currency)
    if (amount, wanted.quantity) == (item.amount, item.quantity):
        return item
    changed = copy(item)
    changed.quantity, changed.amount = wanted.quantity, amount
    # What they are part of changed, so they change as much.
    for name in ("tax", "discount"):
        share = getattr(item, name) * amount / item.amount if item.amount else Decimal(0)
        setattr(changed, name, _rounded(share, currency))
    return changed


def _amount(item: OrderItem, wanted: WantedLine, currency: str) -> Decimal:
    if wanted.price is not None:
        return wanted.price * wanted.quantity
    if not item.quantity:
        raise OrderError(f"Enter the price of one {item.description}.")
    return _rounded(item.amount * wanted.quantity / item.quantity, currency)


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals_of(currency)), ROUND_HALF_UP)


def _new_item(order: Order, request: LineRequest) -> OrderItem:
    try:
        return OrderItem(order=order, **vars(price_line(request, order.currency)))
    except PriceError as error:
        raise OrderError(str(error)) from None


def _total(order: Order, lines: Sequence[LineChange], amounts: Mapping[str, Decimal]) -> Decimal:
    difference = sum((line.after.amount for line in lines if line.after), Decimal())
    difference -= sum((line.before.amount for line in lines if line.before), Decimal())
    difference += amounts["shipping"] - order.shipping + amounts["tax"] - order.tax
    return order.total + difference - (amounts["discount"] - order.discount)


def _refuse_amounts(draft: ChangedOrder) -> None:
    currency = draft.order.currency
    parts = [line.after.amount for line in draft.changed_lines if line.after]
    if not all(is_payable(amount, currency) for amount in (*parts, *draft.amounts.values(), draft.total)):
        raise OrderError(f"Use amounts that are valid in {currency}.")
    if draft.total <= 0:
        raise OrderError(f"The order would come to {draft}. Only an amount above zero can be charged.")


def _history(draft: ChangedOrder) -> tuple[str, dict[str, Value]]:
    order, lines = draft.order, draft.changed_lines
    values: dict[str, Value] = {
        "removed": [_line(line.before) for line in lines if line.before and not line.after],
        "added": [_line(line.after) for line in lines if line.after and not line.before],
        "changed": [_line(line.after) for line in lines if line.after and line.before],
        "amounts": [
            sentences.change(name, AMOUNTS[name], *(_money(amount, order) for amount in amounts))
            for name, amounts in ((n, (getattr(order, n), draft.amounts[n])) for n in draft.changed_amounts)
        ],
    }
    messages = {
        "removed": "Removed: {removed}.",
        "added": "Added: {added}.",
        "changed": "Changed: {changed}.",
        "amounts": "{amounts}",
    }
    shown = [name for name in messages if values[name]]
    changed = "Changed order {order} before it was charged again, from {before} to {after}."
    return "\n".join([changed, *(messages[name] for name in shown)]), {name: values[name] for name in shown}


def _money(amount: Decimal, order: Order) -> Value:
    return sentences.money(amount, order.currency)


def _line(item: OrderItem) -> str:
    return f"{item.quantity} × {item.description} for {format_money(item.amount, item.order.currency)}"
