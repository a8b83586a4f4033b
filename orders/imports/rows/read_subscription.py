"""The subscription of a row. One that ended before today is cancelled, whatever its status says."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from customers.lib.money import currency_refusal, is_payable
from customers.models import DataSource
from customers.models.ids import LONGEST_ID
from orders.imports.cells import statuses
from orders.imports.cells.cell import CellError
from orders.imports.rows.imported_row import IncomingSubscription
from orders.imports.rows.read_order import currency_of
from orders.imports.rows.values import Values, rounded
from orders.models import ENDED, Product, PurchaseStatus

LONGEST_NAME = Product._meta.get_field("name").max_length or 0
LONGEST_SKU = Product._meta.get_field("sku").max_length or 0


def subscription_of(values: Values, source: DataSource) -> IncomingSubscription:
    count, unit = values.read("subscription_interval", statuses.interval) or (None, "")
    times = values.number("subscription_interval_count")
    status = values.read("subscription_status", statuses.subscription_status) or PurchaseStatus.ACTIVE
    ends = values.time("subscription_ends")
    if ends and ends <= timezone.now() and status not in ENDED:
        status = PurchaseStatus.CANCELLED
    quantity = values.number("subscription_quantity")
    currency = currency_of(values, source)
    subscription = IncomingSubscription(
        external_id=values.identifier("subscription_id"),
        product=values.text("subscription_product") or values.text("subscription_sku"),
        price=_price(values, quantity, currency),
        currency=currency,
        sku=values.identifier("subscription_sku"),
        quantity=1 if quantity is None else quantity,
        interval_count=count and count * (times or 1),
        interval_unit=unit,
        status=status,
        started=values.time("subscription_started"),
        ends=ends,
        next_bill=values.time("subscription_next_bill"),
    )
    _refuse(subscription)
    return subscription


def _price(values: Values, quantity: int | None, currency: str) -> Decimal:
    price = values.amount("subscription_price", currency)
    if price is not None:
        return price
    price = values.amount("subscription_unit_price", currency)
    if price is None:
        raise CellError("This subscription has no price. Fill it in.")
    return rounded(price * (1 if quantity is None else quantity), currency)


def _refuse(subscription: IncomingSubscription) -> None:
    if not subscription.external_id:
        raise CellError("This row has no subscription ID. Fill it in.")
    if not subscription.product:
        raise CellError("This subscription has no product or plan. Fill it in.")
    longest = {"external_id": LONGEST_ID, "product": LONGEST_NAME, "sku": LONGEST_SKU}
    for name, most in longest.items():
        if len(getattr(subscription, name)) > most:
            raise CellError(f"The {name.replace('_', ' ')} of a subscription has {most} characters or fewer.")
    if refusal := currency_refusal(subscription.currency, on=timezone.localdate(subscription.started)):
        raise CellError(refusal)
    if not (is_payable(subscription.price, subscription.currency) and subscription.price >= 0):
        raise CellError("The price of a subscription must not be below zero.")
