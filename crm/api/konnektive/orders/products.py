"""The products of an order: `product1_id`, `product1_qty`, `product1_price`, `product1_shipPrice`, and so on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from pydantic import ValidationError

from crm.api.konnektive.errors import invalid, wrong
from crm.api.konnektive.fields import Amount, Parameters, Whole
from orders.intake.order import IncomingLine
from orders.intake.pricing import LineRequest, PriceError, price_line
from orders.models import Product

NAME = re.compile("product([1-9][0-9]{0,3})_(id|qty|price|shipPrice)")
PARTS = {"quantity": "qty", "price": "price", "shipping": "shipPrice"}


class Sent(Parameters):
    """One product; the price is of one, the shipping of all."""

    id: Whole
    qty: Whole = 1
    price: Amount | None = None
    ship_price: Amount = Decimal(0)


def lines_of(parameters: Mapping[str, str], currency: str) -> list[IncomingLine]:
    """A line for each number, in their order; CallError naming every parameter that cannot be taken."""
    sent, errors = _read(parameters)
    products = Product.objects.in_bulk([each.id for each in sent.values()])
    lines = []
    for number, each in sorted(sent.items()):
        if each.id not in products:
            errors[f"product{number}_id"] = "This product does not exist."
            continue
        try:
            lines.append(price_line(LineRequest(products[each.id], each.qty, each.price, each.ship_price), currency))
        except PriceError as error:
            errors[f"product{number}_{PARTS[error.part]}"] = str(error)
    if errors:
        raise invalid(**errors)
    return lines


def _read(parameters: Mapping[str, str]) -> tuple[dict[int, Sent], dict[str, str]]:
    """({number: what was sent}, what cannot be read); the first product is asked for where there is none."""
    numbered: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for name, text in parameters.items():
        if text.strip() and (found := NAME.fullmatch(name)):
            numbered[int(found[1])][found[2]] = text
    sent: dict[int, Sent] = {}
    errors: dict[str, str] = {}
    for number, values in (numbered or {1: {}}).items():
        try:
            sent[number] = Sent.model_validate(values)
        except ValidationError as error:
            errors |= {f"product{number}_{name}": what for name, what in wrong(error).items()}
    return sent, errors
