"""What a data source sends, and what of it can be stored."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from customers.lib.address import Address
from customers.lib.identity import Identity
from customers.lib.money import is_payable
from customers.lib.text import can_be_stored
from customers.models import DataSource, SourceRecord
from customers.profile.clean import clean
from customers.profile.fields import BY_KEY
from orders.intake.idempotency import IdentifiedRequest
from orders.models import Campaign, ItemKind, OrderKind, OrderStatus, Product, PurchaseStatus

LONGEST_ID = 255


class IntakeError(Exception):
    """Nothing was taken in; the message says why."""


@dataclass(frozen=True)
class IncomingLine:
    """A line of an incoming order; `amount` is for all of `quantity`."""

    description: str
    amount: Decimal
    quantity: int = 1
    product: Product | None = None
    external_id: str = ""
    kind: str = ItemKind.ONE_TIME
    shipping: Decimal = Decimal(0)


@dataclass(frozen=True)
class IncomingPurchase:
    """A product that the order subscribes the customer to."""

    product: Product
    price: Decimal
    status: str = "ACTIVE"
    external_id: str = ""


@dataclass(frozen=True)
class IncomingCustomer:
    """A person as a data source sends them: an empty `external_id` means that it sends none."""

    data_source: DataSource
    identity: Identity
    external_id: str = ""
    deduplicate: bool = True
    billing_address: Address = field(default_factory=dict)
    shipping_address: Address = field(default_factory=dict)


@dataclass(frozen=True)
class IncomingOrder:
    """An order as a data source sends it; sent again with the same id, or as the same request, it is the same order.

    `record` is where it belongs, when the sender knows. A line that subscribes begins a purchase when the order counts;
    `subscriptions` are those that the sender tells of, whatever the status.
    """

    customer: IncomingCustomer
    total: Decimal
    currency: str
    at: datetime = field(default_factory=timezone.now)
    status: str = OrderStatus.COMPLETE
    kind: str = OrderKind.NEW_SALE
    external_id: str = ""
    client_order_id: str = ""
    campaign: Campaign | None = None
    lines: Sequence[IncomingLine] = ()
    subscriptions: Sequence[IncomingPurchase] = ()
    shipping: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    coupon_code: str = ""
    ip_address: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    request: IdentifiedRequest | None = None
    record: SourceRecord | None = None


def clean_customer(incoming: IncomingCustomer) -> IncomingCustomer:
    """`incoming` with every value trimmed; IntakeError naming the one that cannot be stored."""
    cleaned = {}
    for name, value in asdict(incoming.identity).items():
        limit = SourceRecord.longest(name)
        text = value.strip()
        _check_text(name.replace("_", " "), text, limit)
        cleaned[name] = text
    _check_text("external ID", incoming.external_id, LONGEST_ID)
    try:
        billing_address = clean(BY_KEY["billing_address"], incoming.billing_address)
        shipping_address = clean(BY_KEY["shipping_address"], incoming.shipping_address)
    except ValidationError as error:
        raise IntakeError(f"Address: {error.message}") from None
    return replace(
        incoming,
        identity=Identity(**cleaned),
        billing_address=billing_address,
        shipping_address=shipping_address,
    )


def _check_text(name: str, text: str, limit: int) -> None:
    if len(text) > limit or not can_be_stored(text):
        raise IntakeError(f"The {name} must have {limit} characters or fewer and no NUL character.")


def check_order(incoming: IncomingOrder) -> None:
    if not re.fullmatch("[A-Z]{3}", incoming.currency):
        raise IntakeError("The currency must be three capital letters, such as USD.")
    prices = [incoming.total, *(subscription.price for subscription in incoming.subscriptions)]
    amounts = [*prices, incoming.shipping, incoming.tax, incoming.discount]
    amounts += [amount for line in incoming.lines for amount in (line.amount, line.shipping)]
    if not all(is_payable(amount, incoming.currency) for amount in amounts) or min(prices) < 0:
        raise IntakeError("An amount must be a whole number of minor units. A total or price must not be below zero.")
    if incoming.at.tzinfo is None:
        raise IntakeError("The time of an order must have a time zone.")
    if incoming.status not in OrderStatus.values or incoming.kind not in OrderKind.values:
        raise IntakeError(f"{incoming.status} must be an order status and {incoming.kind} an order type.")
    _check_text("order ID", incoming.external_id, LONGEST_ID)
    _check_text("client order ID", incoming.client_order_id, LONGEST_ID)
    for line in incoming.lines:
        _check_text("line ID", line.external_id, LONGEST_ID)
        _check_text("line description", line.description, 200)
        if not 0 <= line.quantity < 2**31:
            raise IntakeError("The quantity of a line must be a whole number, zero or more.")
    for subscription in incoming.subscriptions:
        _check_text("subscription ID", subscription.external_id, LONGEST_ID)
        if subscription.status not in PurchaseStatus.values:
            raise IntakeError(f"{subscription.status} must be a purchase status.")
