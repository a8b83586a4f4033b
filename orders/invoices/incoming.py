"""An invoice as a billing system sends it; `errors.py` says what of it cannot be stored.

An amount may be negative, for a credit or a downgrade. A payment or refund without an amount is for the whole invoice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal

from django.db.models import CharField

from orders.models import ItemKind, Order, Product

PAYMENT, REFUND = "payment", "refund"


@dataclass(frozen=True)
class IncomingInvoiceLine:
    """`amount` is for the whole `quantity`, after discount and with tax.

    `subscription` is the external id of the subscription that the line bills; `cancelled_at` is when that was
    cancelled.
    """

    kind: str
    amount: Decimal
    quantity: int = 1
    external_id: str = ""
    description: str = ""
    product: Product | None = None
    subscription: str = ""
    subscription_set: str = ""
    service_from: datetime | None = None
    service_to: datetime | None = None
    prorated: bool = False
    proration: str = ""
    discount: Decimal = Decimal(0)
    discount_code: str = ""
    discount_description: str = ""
    tax: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    fees_currency: str = ""
    account_code: str = ""
    event_order: int | None = None
    balance_transfer: bool = False
    cancelled_at: datetime | None = None

    @property
    def bills_subscription(self) -> bool:
        return self.kind in (ItemKind.SUBSCRIPTION, ItemKind.TRIAL)


@dataclass(frozen=True)
class IncomingPayment:
    """A payment or refund of an invoice, or a failed attempt at one."""

    kind: str
    is_successful: bool
    at: datetime
    amount: Decimal | None = None
    external_id: str = ""
    fees: Decimal | None = None
    fees_currency: str = ""


@dataclass(frozen=True)
class IncomingInvoice:
    external_id: str
    at: datetime
    currency: str
    due: datetime | None = None
    collection_method: str = ""
    lines: Sequence[IncomingInvoiceLine] = ()
    payments: Sequence[IncomingPayment] = field(default=())

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def paid(self) -> Decimal:
        return self._sum(PAYMENT)

    @property
    def refunded(self) -> Decimal:
        return self._sum(REFUND)

    def _sum(self, kind: str) -> Decimal:
        payments = [payment for payment in self.payments if payment.kind == kind and payment.is_successful]
        whole = max(self.total, Decimal(0))
        return sum((whole if payment.amount is None else payment.amount for payment in payments), Decimal(0))


INVOICE_COLUMNS = tuple(part.name for part in fields(IncomingInvoice) if part.name not in ("lines", "payments"))
"""The values of an invoice besides its lines and payments: each is a column of Order by the same name.

Whoever adds one that is no text names it in `/v1/` and in the pull, too: the recipe in CONTRIBUTING.md says where.
"""

TEXT_COLUMNS = [
    column
    for column in map(Order._meta.get_field, INVOICE_COLUMNS)
    if isinstance(column, CharField) and column.name not in ("external_id", "currency")
]
"""Of those, the texts: checked by their column, and by that taken, answered and pulled as they are."""
