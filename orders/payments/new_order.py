"""An order that staff place for a customer who is on the phone.

It hangs off the staff record of the customer, has the customer’s name, email and phone, and is charged to a card on
file, or to none where it is paid elsewhere. A form that is sent twice places one order: its token is the client order
ID.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from customers.lib.addresses.address import Address
from customers.lib.money import format_money
from customers.locks import lock_live
from customers.models import Customer, DataSource, PaySource, SourceRecord
from customers.records.newest import newest
from customers.records.staff_record import identity_of, staff_record_of
from orders.intake.order import IncomingCustomer, IncomingLine, IncomingOrder
from orders.intake.pricing import LineRequest, PriceError, order_total, price_line
from orders.locks import OrderError
from orders.models import Product
from orders.payments.charge import MOST_READ, PlacedOrder, place_order
from orders.payments.gateway import configured_gateway
from orders.payments.sales_to_rerun import is_chargeable

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_OFFERED = 25


@dataclass(frozen=True)
class DraftOrder:
    """The lines of an order that is not placed yet, priced in the one currency of its products."""

    lines: Sequence[IncomingLine]
    currency: str
    shipping: Decimal

    @property
    def total(self) -> Decimal:
        return order_total(self.lines, shipping=self.shipping, tax=Decimal(0), discount=Decimal(0))

    def __str__(self) -> str:
        return format_money(self.total, self.currency)


def draft_order(wanted: Sequence[tuple[Product, int]], *, shipping: Decimal) -> DraftOrder:
    currencies = sorted({product.currency for product, _ in wanted})
    if not currencies:
        raise OrderError("Choose a product.")
    if len(currencies) > 1:
        raise OrderError(f"These products have prices in {' and '.join(currencies)}. Place an order for each currency.")
    [currency] = currencies
    try:
        requests = [LineRequest(product, quantity) for product, quantity in wanted]
        return DraftOrder([price_line(request, currency) for request in requests], currency, shipping)
    except PriceError as error:
        raise OrderError(str(error)) from None


def cards_of(customer: Customer) -> list[PaySource]:
    """Those on file that can be charged, the default first."""
    gateway = configured_gateway()
    if gateway is None:
        return []
    cards = newest(PaySource, customer, gateway=gateway.name, limit=MOST_READ)
    chargeable = [card for card in cards if is_chargeable(card, gateway)]
    return sorted(chargeable, key=lambda card: card.pk != customer.pay_source_id)[:MOST_OFFERED]


def place_for_customer(
    customer: Customer, draft: DraftOrder, card: int | None, *, shipping_address: Address, token: UUID, by: User
) -> PlacedOrder:
    """Without a `card` nothing is charged: the order is paid elsewhere."""
    method = _chosen(customer, card) if card else None
    incoming = IncomingOrder(
        IncomingCustomer(
            DataSource.staff(),
            identity_of(customer),
            billing_address=customer.billing_address,
            shipping_address=shipping_address,
        ),
        draft.total,
        draft.currency,
        client_order_id=str(token),
        lines=draft.lines,
        shipping=draft.shipping,
        record=_staff_record(customer.pk),
    )
    return place_order(incoming, method, by=by)


def _chosen(customer: Customer, card: int) -> PaySource:
    chosen = next((offered for offered in cards_of(customer) if offered.pk == card), None)
    if chosen is None:
        raise OrderError("This card can no longer be charged. Choose another one.")
    return PaySource.objects.select_related("source_record").get(pk=chosen.pk)


@transaction.atomic
def _staff_record(customer: int) -> SourceRecord:
    return staff_record_of(lock_live(customer))
