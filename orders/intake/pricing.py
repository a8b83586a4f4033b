"""The prices of order lines and the total of an order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from customers.lib.money import is_payable
from orders.intake.order import IncomingLine
from orders.models import ItemKind, Product

MOST = 99_999


class PriceError(Exception):
    """`part` of the line is wrong: quantity, price or shipping."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


@dataclass(frozen=True)
class LineRequest:
    """`price` is for one piece, None for the product's own price; `shipping` is for all pieces."""

    product: Product
    quantity: int = 1
    price: Decimal | None = None
    shipping: Decimal = Decimal(0)


def price_line(request: LineRequest, currency: str) -> IncomingLine:
    product = request.product
    if not 1 <= request.quantity <= MOST:
        raise PriceError("quantity", f"Use a quantity from 1 to {MOST}.")
    price = request.price if request.price is not None else _own_price(product, currency)
    if not is_payable(amount := price * request.quantity, currency):
        raise PriceError("price", f"Use an amount that is valid in {currency}.")
    if not is_payable(request.shipping, currency):
        raise PriceError("shipping", f"Use an amount that is valid in {currency}.")
    kind = ItemKind.SUBSCRIPTION if product.interval_count else ItemKind.ONE_TIME
    return IncomingLine(product.name, amount, request.quantity, product, kind=kind, shipping=request.shipping)


def _own_price(product: Product, currency: str) -> Decimal:
    if product.price is None:
        raise PriceError("price", f"{product} has no price. Send one.")
    if product.currency != currency:
        raise PriceError("price", f"The price of {product} is in {product.currency}. Send one in {currency}.")
    return product.price


def order_total(lines: Iterable[IncomingLine], *, shipping: Decimal, tax: Decimal, discount: Decimal) -> Decimal:
    """`shipping` includes that of the lines."""
    return sum((line.amount for line in lines), shipping + tax - discount)
