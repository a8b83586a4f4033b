"""Leads and orders as a data source sends them, and the checks of what can be stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone

from customers.lib.addresses.address import Address
from customers.lib.errors import ActionError
from customers.lib.identity import Identity
from customers.lib.money import CURRENCIES, currency_refusal, is_payable
from customers.lib.text import can_be_stored
from customers.models import DataSource, SourceRecord
from customers.models.ids import LONGEST_ID
from customers.models.source import IDENTITY_FIELDS
from customers.profile.clean import clean
from customers.profile.fields import BY_KEY
from orders.intake.idempotency import IdentifiedRequest
from orders.intake.order_identity import Identified
from orders.models import Campaign, ItemKind, OrderKind, OrderStatus, Product, PurchaseStatus

# Django makes the values of choices anew each time.
ORDER_STATUSES, ORDER_KINDS = frozenset(OrderStatus.values), frozenset(OrderKind.values)
LONGEST = {name: SourceRecord.longest(name) for name in IDENTITY_FIELDS}
SUBSCRIPTION = str(ItemKind.SUBSCRIPTION)
WORDS = {name: name.replace("_", " ") for name in IDENTITY_FIELDS}


class IntakeError(ActionError):
    pass


@dataclass(frozen=True)
class IncomingLine:
    """`amount` is for the whole `quantity`."""

    description: str
    amount: Decimal
    quantity: int = 1
    product: Product | None = None
    external_id: str = ""
    kind: str = ItemKind.ONE_TIME
    shipping: Decimal = Decimal(0)


@dataclass(frozen=True)
class IncomingPurchase:
    """A purchase that the sender names itself."""

    product: Product
    price: Decimal
    status: str = "ACTIVE"
    external_id: str = ""


@dataclass(frozen=True)
class IncomingCustomer:
    """`external_id` is empty when the data source sends none."""

    data_source: DataSource
    identity: Identity
    external_id: str = ""
    deduplicate: bool = True
    billing_address: Address = field(default_factory=dict)
    shipping_address: Address = field(default_factory=dict)


class IncomingOrder(NamedTuple):
    """An order, or a lead when its status is PARTIAL. Sent again with the same id or request, it is the same order.

    `sent` are the digests of everything that was sent. `record` is its source record, if the sender knows it.
    `purchases` begin with any status of the order. Purchases of subscription lines are not among them: they begin when
    the order counts. Without `at`, the time is when it is written. `refunded` is what was refunded before it came.
    """

    customer: IncomingCustomer
    total: Decimal
    currency: str
    at: datetime | None = None
    status: str = OrderStatus.COMPLETE
    kind: str = OrderKind.NEW_SALE
    external_id: str = ""
    client_order_id: str = ""
    campaign: Campaign | None = None
    lines: Sequence[IncomingLine] = ()
    purchases: Sequence[IncomingPurchase] = ()
    shipping: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    coupon_code: str = ""
    ip_address: str | None = None
    details: Mapping[str, str] = {}
    request: IdentifiedRequest | None = None
    sent: tuple[str, ...] = ()
    record: SourceRecord | None = None

    @property
    def begins_purchases(self) -> bool:
        """Whether it begins any once it counts."""
        return bool(self.purchases) or SUBSCRIPTION in [line.kind for line in self.lines]


def in_default_country(incoming: IncomingCustomer) -> IncomingCustomer:
    """`incoming` as if it had come with the default country of its data source, where it names none."""
    country = incoming.data_source.default_country
    if not country or incoming.identity.country:
        return incoming
    shipping_address = incoming.shipping_address
    return replace(
        incoming,
        identity=replace(incoming.identity, country=country),
        billing_address=_within(incoming.billing_address, country),
        shipping_address=_within(shipping_address, country) if shipping_address else {},
    )


def of_known_customer(incoming: IncomingCustomer, record: Identified) -> IncomingCustomer:
    """`incoming` of a customer whose `record` the sender named: a default country never changes that."""
    if record.identity.country:
        return incoming
    within = in_default_country(incoming)
    return within if within is incoming else replace(within, identity=incoming.identity)


def _within(address: Address, country: str) -> Address:
    return address if address.get("country") else address | {"country": country}


def clean_order(incoming: IncomingOrder) -> IncomingOrder:
    """`incoming` with the values of its customer trimmed; IntakeError names a value that cannot be stored."""
    incoming = incoming._replace(customer=clean_customer(incoming.customer))
    check_order(incoming)
    return incoming


def clean_customer(incoming: IncomingCustomer) -> IncomingCustomer:
    sent = vars(incoming.identity)
    stripped = {name: text.strip() for name, text in sent.items()}
    for name, text in stripped.items():
        _check_text(WORDS[name], text, LONGEST[name])
    _check_text("external ID", incoming.external_id, LONGEST_ID)
    try:
        billing_address = clean(BY_KEY["billing_address"], incoming.billing_address)
        shipping_address = clean(BY_KEY["shipping_address"], incoming.shipping_address)
    except ValidationError as error:
        raise IntakeError(f"Address: {error.message}") from None
    addresses = (incoming.billing_address, incoming.shipping_address)
    if stripped == sent and (billing_address, shipping_address) == addresses:
        return incoming
    return replace(
        incoming,
        identity=Identity(**stripped),
        billing_address=billing_address,
        shipping_address=shipping_address,
    )


def _check_text(name: str, text: str, limit: int) -> None:
    if len(text) > limit or not can_be_stored(text):
        raise IntakeError(f"The {name} must have {limit} characters or fewer and no NUL character.")


def check_order(incoming: IncomingOrder) -> None:
    """IntakeError names a value that cannot be stored, but for those of its customer."""
    if incoming.at and incoming.at.tzinfo is None:
        raise IntakeError("The time of an order must have a time zone.")
    if incoming.currency not in CURRENCIES and (refusal := _currency_refusal(incoming)):
        raise IntakeError(refusal)
    prices = [incoming.total, *[purchase.price for purchase in incoming.purchases]]
    amounts = [*prices, incoming.shipping, incoming.tax, incoming.discount, incoming.refunded]
    amounts += [amount for line in incoming.lines for amount in (line.amount, line.shipping)]
    if not all(is_payable(amount, incoming.currency) for amount in amounts if amount) or min(prices) < 0:
        raise IntakeError("An amount must be a whole number of minor units. A total or price must not be below zero.")
    if not 0 <= incoming.refunded <= incoming.total:
        raise IntakeError("The refunded amount must not be below zero or above the total.")
    if incoming.status not in ORDER_STATUSES or incoming.kind not in ORDER_KINDS:
        raise IntakeError(f"{incoming.status} must be an order status and {incoming.kind} an order type.")
    _check_text("order ID", incoming.external_id, LONGEST_ID)
    _check_text("client order ID", incoming.client_order_id, LONGEST_ID)
    for line in incoming.lines:
        _check_text("line ID", line.external_id, LONGEST_ID)
        _check_text("line description", line.description, 200)
        if not 0 <= line.quantity < 2**31:
            raise IntakeError("The quantity of a line must be a whole number, zero or more.")
    for purchase in incoming.purchases:
        _check_text("subscription ID", purchase.external_id, LONGEST_ID)
        if purchase.status not in PurchaseStatus.values:
            raise IntakeError(f"{purchase.status} must be a purchase status.")


def _currency_refusal(incoming: IncomingOrder) -> str:
    return currency_refusal(incoming.currency, on=timezone.localdate(incoming.at))
