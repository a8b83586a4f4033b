"""The list of people who may pay twice, newest first, with what is known of their purchases and charges now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.lib.numbers import capped_count
from customers.lib.pages import Page, newest_page
from customers.models import Customer
from orders.models import BILLED, DoublePayment, OrderStatus, Purchase, Transaction

MOST_COUNTED = 1_000


@dataclass(frozen=True)
class PaidRow:
    """A purchase, or a charge, with what it costs. `is_over` says that it is cancelled, ended or refunded since."""

    row: Purchase | Transaction
    amount: Decimal
    currency: str
    is_over: bool

    @property
    def pk(self) -> int:
        return int(self.row.pk)

    @property
    def url(self) -> str:
        return self.row.get_absolute_url() if isinstance(self.row, Purchase) else self.row.order.get_absolute_url()

    @property
    def label(self) -> str:
        return f"Purchase {self.pk}" if isinstance(self.row, Purchase) else f"Order {self.row.order.number}"

    @property
    def customer(self) -> Customer:
        customer: Customer = self.row.source_record.customer
        return customer


@dataclass(frozen=True)
class DoubleRow:
    double: DoublePayment
    paid: Sequence[PaidRow]

    @property
    def open(self) -> list[PaidRow]:
        return [row for row in self.paid if not row.is_over]

    @property
    def customers(self) -> list[Customer]:
        return list(dict.fromkeys(row.customer for row in self.paid))


def double_page(*, before: int | None) -> Page[DoubleRow, int]:
    page = newest_page(DoublePayment.objects.filter(dismissed_at=None).select_related("product"), before)
    return page.showing(double_rows(page.rows))


def double_rows(doubles: Sequence[DoublePayment]) -> list[DoubleRow]:
    """In two statements for any number of them."""
    purchases = _purchases([pk for double in doubles if not double.is_of_charges for pk in double.rows])
    charges = _charges([pk for double in doubles if double.is_of_charges for pk in double.rows])
    rows = []
    for double in doubles:
        known = charges if double.is_of_charges else purchases
        rows.append(DoubleRow(double, [known[pk] for pk in double.rows if pk in known]))
    return rows


def _purchases(pks: Sequence[int]) -> dict[int, PaidRow]:
    purchases = Purchase.objects.select_related("product", "source_record__customer", "source_record__data_source")
    return {
        pk: PaidRow(purchase, purchase.price, purchase.currency, is_over=purchase.status not in BILLED)
        for pk, purchase in purchases.in_bulk(pks).items()
    }


def _charges(pks: Sequence[int]) -> dict[int, PaidRow]:
    charges = Transaction.objects.select_related(
        "order", "source_record__customer", "source_record__data_source", "pay_source"
    )
    return {
        pk: PaidRow(charge, charge.amount, charge.currency, is_over=_is_refunded(charge))
        for pk, charge in charges.in_bulk(pks).items()
    }


def _is_refunded(charge: Transaction) -> bool:
    return charge.order.status != OrderStatus.COMPLETE or charge.order.refunded > 0


def count_open() -> str:
    """Such as “3” or “1,000+”; "" if there are none."""
    number = len(DoublePayment.objects.filter(dismissed_at=None).values_list("pk", flat=True)[: MOST_COUNTED + 1])
    return capped_count(number, MOST_COUNTED) if number else ""
