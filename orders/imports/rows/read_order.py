"""The order of a row, or of several rows with a line each.

Lines are one-time sales, also of products that bill again: an order of last year begins no subscription today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address

from customers.models import DataSource
from orders.imports.cells import statuses
from orders.imports.cells.cell import CellError, shown
from orders.imports.columns.fields import OF_LINE
from orders.imports.rows.packed_lines import packed_lines
from orders.imports.rows.values import Values, rounded
from orders.intake.order import IncomingCustomer, IncomingLine, IncomingOrder, check_order
from orders.intake.pricing import order_total
from orders.models import OrderItem, OrderStatus, Product

MOST_PRODUCTS = 5_000
NO_LINE = "Item"
LONGEST_DESCRIPTION = OrderItem._meta.get_field("description").max_length or 0
LONGEST_COUPON = 60


class OrderReader:
    def __init__(self, source: DataSource) -> None:
        self._source = source
        self._products: dict[str, Product | None] = {}

    def read(self, values: Values, rows: Sequence[Values], customer: IncomingCustomer) -> IncomingOrder:
        """`customer` is cleaned already. `values` are of the first row, and of the others where that is blank."""
        currency = currency_of(values, self._source)
        # Some write what is taken off with a minus.
        discount, refunded = (abs(_amount(values, name, currency)) for name in ("order_discount", "order_refunded"))
        shipping, tax = (_amount(values, name, currency) for name in ("order_shipping", "order_tax"))
        lines = [self._line(line, currency) for line in _lines(values, rows)]
        total = values.amount("order_total", currency)
        if total is None:
            total = order_total(lines, shipping=shipping, tax=tax, discount=discount)
        order = IncomingOrder(
            customer=customer,
            total=total,
            currency=currency,
            at=values.time("order_date"),
            status=values.read("order_status", statuses.order_status) or OrderStatus.COMPLETE,
            external_id=values.identifier("order_id"),
            lines=lines,
            coupon_code=values.text("coupon_code")[:LONGEST_COUPON],
            ip_address=values.read("ip_address", ip_address),
            shipping=shipping,
            tax=tax,
            discount=discount,
            refunded=refunded,
        )
        _refuse(order)
        order = _with_refund(order)
        check_order(order)
        return order

    def _line(self, values: Values, currency: str) -> IncomingLine:
        quantity = values.number("line_quantity")
        quantity = 1 if quantity is None else quantity
        amount = values.amount("line_amount", currency)
        if amount is None:
            price = values.amount("line_price", currency) or Decimal(0)
            amount = rounded(price * quantity, currency)
        sku = values.identifier("line_sku")
        product = self._product(sku) if sku else None
        description = values.text("line_description") or (product.name if product else sku) or NO_LINE
        return IncomingLine(
            description=description[:LONGEST_DESCRIPTION],
            amount=amount,
            quantity=quantity,
            product=product,
            external_id=values.identifier("line_id"),
        )

    def _product(self, sku: str) -> Product | None:
        if sku not in self._products:
            if len(self._products) >= MOST_PRODUCTS:
                self._products.clear()
            self._products[sku] = Product.objects.filter(sku=sku).first()
        return self._products[sku]


def _lines(order: Values, rows: Sequence[Values]) -> list[Values]:
    """The lines of an order: one in each row, or all packed into one cell."""
    lines = [row for row in rows if not row.cells.keys().isdisjoint(OF_LINE)]
    if lines or not (packed := order.read("line_items", packed_lines)):
        return lines
    headers = {**order.formats.headers, **dict.fromkeys(OF_LINE, order.formats.headers["line_items"])}
    formats = replace(order.formats, headers=headers, decimal_mark=".")
    return [Values(dict(cells), formats) for cells in packed]


def _amount(values: Values, target: str, currency: str) -> Decimal:
    return values.amount(target, currency) or Decimal(0)


def _refuse(order: IncomingOrder) -> None:
    if not order.external_id:
        raise CellError("This row has no order ID. Fill it in.")
    if not order.at:
        raise CellError("This order has no date. Fill it in.")


def _with_refund(order: IncomingOrder) -> IncomingOrder:
    """An order that was refunded in full says so in its status and its amount, whichever the file says."""
    if order.status == OrderStatus.REFUNDED and not order.refunded:
        return order._replace(refunded=max(order.total, Decimal(0)))
    if order.status == OrderStatus.COMPLETE and order.total > 0 and order.refunded == order.total:
        return order._replace(status=OrderStatus.REFUNDED)
    return order


def ip_address(text: str) -> str:
    try:
        validate_ipv46_address(text)
    except ValidationError:
        raise CellError(f"{shown(text)} is no IP address. Correct it, or leave the column out.") from None
    return text


def currency_of(values: Values, source: DataSource) -> str:
    """Of the row, else of its data source. What is no currency is refused with the order."""
    return values.text("currency").upper() or source.currency
