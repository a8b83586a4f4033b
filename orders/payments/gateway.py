"""The payment gateway, as Reunite asks one: an interface, what is sent through it, and what it answers.

Which one is asked is the setting PAYMENT_GATEWAY, the dotted path of a class; `orders.payments.sandbox` is the one
that comes with Reunite. A gateway is only asked outside of a transaction, by `orders.payments.gateway_request`, which
first writes the request down.

An adapter to another gateway is a class with these three methods. Each asks within a minute or gives up, raises
nothing for a network that fails (no answer is an answer, see `Answer`), and does the same request at most once,
however often it is asked with the same `key`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from orders.models import TransactionStatus

BRANDS = {"3": "AMEX", "4": "VISA", "5": "MASTERCARD", "6": "DISCOVER"}


@dataclass(frozen=True)
class Card:
    """A card whose number was handed over for one sale. It is passed on, and never stored, logged or shown."""

    number: str = field(repr=False)
    expiry_month: int
    expiry_year: int
    security_code: str = field(default="", repr=False)

    @property
    def last_four(self) -> str:
        return self.number[-4:]

    @property
    def brand(self) -> str:
        return BRANDS.get(self.number[:1], "")


@dataclass(frozen=True)
class Token:
    """A card that the gateway keeps, by what it calls it; bound to the gateway's own customer."""

    value: str = field(repr=False)
    gateway_customer: str = ""


@dataclass(frozen=True)
class Sale:
    """Charge `source` once. `key` is the uuid of our transaction."""

    key: str
    source: Card | Token
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Refund:
    """Pay back part or all of the sale that the gateway knows by `reference`."""

    key: str
    reference: str
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Question:
    """What became of the request `key`? The rest is what we know of it, for gateways that need more than the key.

    The number of a card is not among it; `token` is empty where the card had none yet.
    """

    key: str
    amount: Decimal
    currency: str
    token: str = field(default="", repr=False)
    last_four: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Answer:
    """What the gateway said; `text` is fit to show.

    SUCCESS, with the `reference` by which it can be paid back and, for a card, the `token` to charge it again.
    SOFT_DECLINE: nothing was charged, another try may work; also of a request that never reached the gateway.
    HARD_DECLINE: nothing was charged, and never will be. PENDING: no answer, so nobody knows; ask again later.
    """

    status: TransactionStatus
    text: str
    reference: str = ""
    token: Token | None = None


class Gateway(Protocol):
    """What every gateway can be asked."""

    name: str
    """By which a pay source says who keeps its card; at most 40 characters."""

    def sale(self, request: Sale) -> Answer: ...

    def refund(self, request: Refund) -> Answer: ...

    def look_up(self, question: Question) -> Answer:
        """What became of a request that was sent before; nothing is charged by asking."""
        ...


def configured_gateway() -> Gateway | None:
    """The gateway that is set up, if any."""
    path: str = settings.PAYMENT_GATEWAY
    return cast("Gateway", import_string(path)()) if path else None
