"""What the rows of a file come to: the customer, order or subscription that they say, ready to be taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from orders.intake.order import IncomingCustomer, IncomingOrder
from orders.models import PurchaseStatus


@dataclass(frozen=True)
class IncomingSubscription:
    """A subscription as a billing system describes it: `product` is the name of its plan, `price` for all `quantity`.

    Without an interval it is not known how often it bills. `ends` may lie ahead, for one that will be cancelled then.
    """

    external_id: str
    product: str
    price: Decimal
    currency: str
    sku: str = ""
    quantity: int = 1
    interval_count: int | None = None
    interval_unit: str = ""
    status: str = PurchaseStatus.ACTIVE
    started: datetime | None = None
    ends: datetime | None = None
    next_bill: datetime | None = None


class ImportedRow(NamedTuple):
    """One customer, order or subscription of a file, made of the rows `numbers`: an order may have a row for each line.

    `cells` are those of the first row, by header, as the file has them, `further_cells` those of the others. `profile`
    has fields of the profile by key, cleaned, the identity and the addresses of `customer` included; what the file
    leaves blank is not in it. `beside` are columns of the customer that are no part of the profile. `refusal` says why
    the row cannot be taken in, in sentences fit to show; it has no customer, order and subscription then.
    """

    numbers: tuple[int, ...]
    cells: Mapping[str, str]
    customer: IncomingCustomer | None = None
    profile: Mapping[str, Any] = {}
    beside: Mapping[str, Any] = {}
    order: IncomingOrder | None = None
    subscription: IncomingSubscription | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, str] = {}
    refusal: str = ""
    further_cells: tuple[Mapping[str, str], ...] = ()
