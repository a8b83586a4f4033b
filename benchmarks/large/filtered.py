"""What the lists are filtered by, drawn so that some values are frequent each and rare together.

A shop sells in its own countries, leads have mostly bought nothing, and resellers hardly ever subscribe.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import TypeVar

from customers.models import LeadStatus
from orders.models import OrderKind, OrderStatus, PurchaseStatus, TransactionStatus

SHOPS = ("Shop", "Shop in Europe", "Other shop")
"""Everyone is known to one of the first two; the last knows half of all customers as well."""
HERE, EUROPE, OTHER = range(3)
COUNTRIES = {"US": 60, "CA": 9, "AU": 5, "": 1, "GB": 12, "DE": 8, "FR": 4, "MT": 1}
EUROPEAN = {"GB", "DE", "FR", "MT"}
ACCOUNT_TYPES = ("Consumer", "Company", "Reseller")
RESELLER = ACCOUNT_TYPES.index("Reseller")
PHASES = ("New", "Contacted", "Offer", "Negotiation")
REASONS = ("Price", "No need", "Another vendor")
LEADS = {LeadStatus.NEW: 50, LeadStatus.WORKING: 25, LeadStatus.QUALIFIED: 15, LeadStatus.LOST: 10}
PURCHASES = {PurchaseStatus.ACTIVE: 6, PurchaseStatus.RECYCLE_BILLING: 1, PurchaseStatus.CANCELLED: 3}
ORDERS = {
    OrderStatus.COMPLETE: 88,
    OrderStatus.DECLINED: 8,
    OrderStatus.REFUNDED: 2,
    OrderStatus.CANCELLED: 1,
    OrderStatus.PARTIAL: 1,
}
RARELY = 0.001
Value = TypeVar("Value")


@dataclass(frozen=True)
class Filtered:
    """Of a customer; `account_type`, `phase` and what an opportunity is in or was lost for are places in the lists."""

    shops: tuple[int, ...]
    country: str
    lead_status: str
    account_type: int | None
    phase: int | None
    open_in: int | None
    lost_for: int | None


@dataclass(frozen=True)
class OrderState:
    """Of an order; `sale` is how the sale of a declined one ended, `refunded` the share of the total."""

    status: OrderStatus
    kind: OrderKind
    sale: str
    refunded: Decimal


def filtered(random: Random, *, is_known_elsewhere: bool, has_bought: bool, subscribes: bool) -> Filtered:
    country = _one_of(random, COUNTRIES)
    is_at_home = random.random() >= RARELY
    shop = EUROPE if (country in EUROPEAN) == is_at_home else HERE
    lead = _one_of(random, LEADS) if random.random() < (0.02 if has_bought else 0.9) else ""
    account_type = random.choices((None, *range(len(ACCOUNT_TYPES))), (2, 5, 2, 1))[0]
    if account_type == RESELLER and subscribes and random.random() >= RARELY:
        account_type = None
    has_opportunity = random.random() < (0.3 if lead else 0.02)
    is_open = random.random() < 0.7
    return Filtered(
        shops=(shop, OTHER) if is_known_elsewhere else (shop,),
        country=country,
        lead_status=lead,
        account_type=account_type,
        phase=random.randrange(len(PHASES)) if lead else None,
        open_in=random.randrange(len(PHASES)) if has_opportunity and is_open else None,
        lost_for=random.randrange(len(REASONS)) if has_opportunity and not is_open else None,
    )


def order_state(random: Random) -> OrderState:
    status = _one_of(random, ORDERS)
    soft = random.random() < 0.7
    sale = TransactionStatus.SOFT_DECLINE if soft else TransactionStatus.HARD_DECLINE
    refunded = Decimal(0)
    if status == OrderStatus.REFUNDED:
        refunded = Decimal(1)
    elif status == OrderStatus.COMPLETE and random.random() < 0.01:
        refunded = Decimal("0.5")
    # A lead is never a bill of a subscription.
    recurs = random.random() < (RARELY if status == OrderStatus.PARTIAL else 0.3)
    kind = OrderKind.RECURRING if recurs else OrderKind.NEW_SALE
    return OrderState(status, kind, sale if status == OrderStatus.DECLINED else "", refunded)


def purchase_status(random: Random) -> PurchaseStatus:
    return _one_of(random, PURCHASES)


def _one_of(random: Random, shares: dict[Value, int]) -> Value:
    return random.choices(list(shares), list(shares.values()))[0]
