"""The interface of a payment gateway: the requests that Reunite sends to it, and its answers.

The setting PAYMENT_GATEWAY names the gateway, as the dotted path of a class: the sandbox, which comes with Reunite, is
`orders.payments.sandbox.SandboxGateway`. A gateway is only asked outside of a database transaction, after the request
was committed (`orders.payments.gateway_request`).

An adapter to another gateway is a class with the three methods of `Gateway`. Each answers within a minute or gives up,
raises nothing when the network fails (no answer is an answer, see `Answer`), and carries out a request at most once,
however often it is sent with the same `key`. `tests/orders/payments/gateway_contract.py` tests all but the minute.

Each night payments are compared with what the gateway says (`orders.reconciliation`). One that can list its payments
also has the method of `ListsPayments`; one that cannot look up any says so by `can_look_up = False`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol, cast, runtime_checkable

from django.conf import settings
from django.utils.module_loading import import_string

from customers.lib.errors import ActionError
from orders.models import TransactionStatus

BRANDS = {"3": "AMEX", "4": "VISA", "5": "MASTERCARD", "6": "DISCOVER"}


@dataclass(frozen=True)
class Card:
    """A card with its number, for one sale. It is passed on, and never stored, logged or shown."""

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
    """The gateway's name for a card that it keeps; bound to the gateway's own customer."""

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
    """Refund part or all of the sale that the gateway calls `reference`."""

    key: str
    reference: str
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Question:
    """Asks for the outcome of the request `key`. The other values are for gateways that need more than the key.

    `token` is empty where the card had none yet.
    """

    key: str
    amount: Decimal
    currency: str
    token: str = field(default="", repr=False)
    last_four: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer of the gateway; `text` is fit to show.

    SUCCESS: with the `reference` by which it can be refunded and, for a card, the `token` to charge it again.
    SOFT_DECLINE: nothing was charged, another try may work; also for a request that never reached the gateway.
    HARD_DECLINE: nothing was charged, and another try will not work. PENDING: no answer; ask again later.
    """

    status: TransactionStatus
    text: str
    reference: str = ""
    token: Token | None = None
    amount: Decimal | None = None
    """Of a look-up: what was charged or refunded, where the gateway says it, in `currency`."""
    currency: str = ""


@dataclass(frozen=True)
class GatewayPayment:
    """A payment as the gateway lists it; `key` is that of the request, "" of what was made elsewhere."""

    key: str
    reference: str
    at: datetime
    status: TransactionStatus
    amount: Decimal
    currency: str
    is_refund: bool = False


class ListingError(ActionError):
    """The gateway did not list its payments: it did not answer, or broke off."""


class Gateway(Protocol):
    name: str
    """Kept with each pay source whose card this gateway keeps; at most 40 characters."""

    def sale(self, request: Sale) -> Answer: ...

    def refund(self, request: Refund) -> Answer: ...

    def look_up(self, question: Question) -> Answer: ...


@runtime_checkable
class ListsPayments(Protocol):
    """A gateway that can say which payments it has."""

    def list_payments(self, since: datetime, until: datetime) -> Iterable[GatewayPayment]:
        """All from `since` to before `until`, in any order; ListingError if they cannot all be read."""


def can_look_up(gateway: Gateway) -> bool:
    return bool(getattr(gateway, "can_look_up", True))


def configured_gateway() -> Gateway | None:
    path: str = settings.PAYMENT_GATEWAY
    return cast("Gateway", import_string(path)()) if path else None
