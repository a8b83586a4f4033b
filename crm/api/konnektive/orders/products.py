"""The products of an order: `product1_id`, `product1_qty`, `product1_price`, `product1_shipPrice`, and so on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from crm.api.konnektive.errors import describe_errors, invalid
from crm.api.konnektive.fields import Amount, Parameters, Whole
from orders.intake.order import IncomingLine
from orders.intake.pricing import LineRequest, PriceError, price_line
from orders.models import Product

NAME = re.compile("product([1-9][0-9]{0,3})_(id|qty|price|shipPrice)")
# Meant as one of NAME; left out, the order would lack a line.
LIKE_NAME = re.compile("products?[_-]?[0-9]+[_-]?(id|qty|quantity|price|ship[_-]?price)", re.IGNORECASE)
NAMES = "Use product1_id, product1_qty, product1_price and product1_shipPrice, with numbers from 1 to 9999."
PARTS = {"quantity": "qty", "price": "price", "shipping": "shipPrice"}


class ProductParameters(Parameters):
    """`price` is for one, `ship_price` for all of them."""

    id: Whole
    qty: Whole = 1
    price: Amount | None = None
    ship_price: Amount = Decimal(0)


def describe_first_product(schema: dict[str, Any]) -> None:
    """Add it to the JSON Schema of an order, of which it is a part without being a field."""
    product = ProductParameters.model_json_schema()
    schema["properties"] |= {f"product1_{name}": values for name, values in product["properties"].items()}
    schema["required"] += [f"product1_{name}" for name in product["required"]]


@dataclass(frozen=True)
class SentProducts:
    """The sent products by number, and the errors by parameter."""

    numbered: Mapping[int, ProductParameters]
    errors: Mapping[str, str]

    @property
    def ids(self) -> list[int]:
        return [product.id for product in self.numbered.values()]


def read_products(parameters: Mapping[str, str]) -> SentProducts:
    """Without a product, the parameters of the first are missing."""
    numbered: defaultdict[int, dict[str, str]] = defaultdict(dict)
    errors: dict[str, str] = {}
    for name, text in parameters.items():
        if text.strip() and (match := NAME.fullmatch(name)):
            numbered[int(match[1])][match[2]] = text
        elif text.strip() and LIKE_NAME.fullmatch(name):
            errors[name] = NAMES
    sent: dict[int, ProductParameters] = {}
    for number, values in (numbered or ({} if errors else {1: {}})).items():
        try:
            sent[number] = ProductParameters.model_validate(values)
        except ValidationError as error:
            errors |= {f"product{number}_{name}": message for name, message in describe_errors(error).items()}
    return SentProducts(sent, errors)


def lines_of(sent: SentProducts, products: Mapping[int, Product], currency: str) -> list[IncomingLine]:
    """A line for each product number, in order; CallError names every invalid parameter."""
    errors, lines = {**sent.errors}, []
    for number, product in sorted(sent.numbered.items()):
        if product.id not in products:
            errors[f"product{number}_id"] = "This product does not exist."
            continue
        try:
            request = LineRequest(products[product.id], product.qty, product.price, product.ship_price)
            lines.append(price_line(request, currency))
        except PriceError as error:
            errors[f"product{number}_{PARTS[error.part]}"] = str(error)
    if errors:
        raise invalid(**errors)
    return lines
