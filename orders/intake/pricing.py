"""What an order comes to: its lines, shipping and tax, less its discount, each exact in the currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from customers.lib.money import is_payable
from orders.intake.order import IncomingLine
from orders.models import ItemKind, Product

MOST = 99_999


class PriceError(Exception):
    """There is no such line; `part` is what of it is wrong: quantity, price or shipping."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


@dataclass(frozen=True)
class LineRequest:
    """So many of a product; `price` is of one, and the product's own where none is given. `shipping` is of all."""

    product: Product
    quantity: int = 1
    price: Decimal | None = None
    shipping: Decimal = Decimal(0)


def price_line(wanted: LineRequest, currency: str) -> IncomingLine:
    """The line of an order; PriceError when it cannot be sold so."""
    product = wanted.product
    if not 1 <= wanted.quantity <= MOST:
        raise PriceError("quantity", f"Use a quantity from 1 to {MOST}.")
    price = wanted.price if wanted.price is not None else _own_price(product, currency)
    if not is_payable(amount := price * wanted.quantity, currency):
        raise PriceError("price", f"Use an amount that is valid in {currency}.")
    if not is_payable(wanted.shipping, currency):
        raise PriceError("shipping", f"Use an amount that is valid in {currency}.")
    kind = ItemKind.SUBSCRIPTION if product.interval_count else ItemKind.ONE_TIME
    return IncomingLine(product.name, amount, wanted.quantity, product, kind=kind, shipping=wanted.shipping)


def _own_price(product: Product, currency: str) -> Decimal:
    if product.price is None:
        raise PriceError("price", f"{product} has no price. Send one.")
    if product.currency != currency:
        raise PriceError("price", f"The price of {product} is in {product.currency}. Send one in {currency}.")
    return product.price


def order_total(lines: Iterable[IncomingLine], *, shipping: Decimal, tax: Decimal, discount: Decimal) -> Decimal:
    """Shipping is that of the order with that of its lines."""
    return sum((each.amount for each in lines), shipping + tax - discount)
