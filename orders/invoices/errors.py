"""What cannot be stored of an invoice, its lines and payments: errors by the field that the billing system sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from customers.lib.money import CURRENCIES, UNKNOWN_CURRENCY, currency_error, is_payable
from customers.lib.text import can_be_stored
from customers.models.ids import LONGEST_ID
from orders.invoices.incoming import (
    PAYMENT,
    REFUND,
    TEXT_COLUMNS,
    IncomingInvoice,
    IncomingInvoiceLine,
    IncomingPayment,
)
from orders.models import ItemKind, Order, OrderItem, Proration, Transaction

TAKEN = {
    "invoice": "The external ID for this invoice already exists in our system.",
    "line_item": "The external ID for this line item already exists in our system.",
    "transaction": "has already been taken",
}
BLANK = "can't be blank"
REFUND_TOO_LARGE = "must not be more than was paid"
MOST = 2**31

Errors = dict[str, str]


class InvoiceError(Exception):
    """Nothing was saved; `errors` are by field."""

    def __init__(self, **errors: str) -> None:
        super().__init__(" ".join(f"{name} {message}" for name, message in errors.items()))
        self.errors: Errors = errors


def invoice_errors(invoice: IncomingInvoice) -> Errors:
    """Errors by field, found without a query."""
    errors = dict(_wrong_ids("external_id", [invoice.external_id], required=True))
    errors |= head_errors(invoice)
    if not invoice.lines:
        errors["line_items"] = BLANK
    for line in invoice.lines:
        errors |= {f"line_items.{name}": message for name, message in line_errors(line, invoice.currency).items()}
    for payment in invoice.payments:
        errors |= {f"transactions.{name}": text for name, text in payment_errors(payment, invoice.currency).items()}
    if not errors and invoice.refunded > invoice.paid:
        errors["transactions.amount_in_cents"] = REFUND_TOO_LARGE
    if "line_items.amount_in_cents" not in errors and not is_payable(invoice.total, invoice.currency):
        errors["line_items.amount_in_cents"] = "add up to a total that is too large"
    errors |= _wrong_ids("line_items.external_id", [line.external_id for line in invoice.lines])
    return errors | dict(_wrong_ids("transactions.external_id", [payment.external_id for payment in invoice.payments]))


def head_errors(invoice: IncomingInvoice | Order) -> Errors:
    return dict(_wrong_head(invoice))


def _wrong_head(invoice: IncomingInvoice | Order) -> Iterator[tuple[str, str]]:
    if wrong := currency_error(invoice.currency, on=invoice.at.date()):
        yield "currency", wrong
    for column in TEXT_COLUMNS:
        text = getattr(invoice, column.name)
        choices = [str(value) for value, _ in column.choices or ()]
        if choices and text and text not in choices:
            yield column.name, f"must be {' or '.join(choices)}"
        elif not choices:
            yield from text_errors(column.name, text, column.max_length or 0)


def line_errors(line: IncomingInvoiceLine, currency: str) -> Errors:
    return dict(_wrong_line(line, currency))


def _wrong_line(line: IncomingInvoiceLine, currency: str) -> Iterator[tuple[str, str]]:
    if line.kind not in ItemKind.values:
        yield "type", f"must be one of {', '.join(ItemKind.values)}"
    amounts = {"amount_in_cents": line.amount, "discount_amount_in_cents": line.discount}
    amounts |= {"tax_amount_in_cents": line.tax}
    yield from _wrong_amounts(amounts, currency)
    yield from _wrong_fees(line.fees, line.fees_currency, currency)
    for name, part in (("tax_amount_in_cents", line.tax), ("discount_amount_in_cents", line.discount)):
        if part < 0 <= line.amount:
            yield name, "must not be below zero, unless the amount is"
    if not 0 < line.quantity < MOST:
        yield "quantity", "must be a whole number above zero"
    if line.event_order is not None and abs(line.event_order) >= 2**63:
        yield "event_order", "is too large"
    if line.proration and line.proration not in Proration.values:
        yield "proration_type", f"must be one of {', '.join(Proration.values)}"
    yield from _wrong_texts(line)
    if line.bills_subscription:
        yield from _wrong_subscription(line)


def _wrong_subscription(line: IncomingInvoiceLine) -> Iterator[tuple[str, str]]:
    if not line.subscription.strip():
        yield "subscription_external_id", BLANK
    if line.product is None:
        yield "plan_uuid", "Plan not found"
    if line.service_from is None:
        yield "service_period_start", BLANK
    if line.service_to is None:
        yield "service_period_end", BLANK
    if line.service_from and line.service_to and line.service_to <= line.service_from:
        yield "service_period_end", "must be after service_period_start"
    if line.cancelled_at:
        yield from cancellation_errors(line.cancelled_at).items()


def cancellation_errors(at: datetime) -> Errors:
    # A cancellation to come may still be withdrawn, so it is sent when it has happened.
    return {"cancelled_at": "must be in the past"} if at > timezone.now() else {}


def _wrong_texts(line: IncomingInvoiceLine) -> Iterator[tuple[str, str]]:
    yield from text_errors("description", line.description, 200)
    yield from text_errors("discount_code", line.discount_code, 100)
    yield from text_errors("discount_description", line.discount_description, 200)
    yield from text_errors("account_code", line.account_code, 100)
    yield from text_errors("external_id", line.external_id, LONGEST_ID)
    yield from text_errors("subscription_external_id", line.subscription, LONGEST_ID)
    yield from text_errors("subscription_set_external_id", line.subscription_set, LONGEST_ID)


def text_errors(name: str, text: str, longest: int) -> Iterator[tuple[str, str]]:
    if len(text) > longest or not can_be_stored(text):
        yield name, f"must have {longest} characters or fewer and no NUL character"


def payment_errors(payment: IncomingPayment, currency: str) -> Errors:
    return dict(_wrong_payment(payment, currency))


def _wrong_payment(payment: IncomingPayment, currency: str) -> Iterator[tuple[str, str]]:
    if payment.kind not in (PAYMENT, REFUND):
        yield "type", f"must be {PAYMENT} or {REFUND}"
    if payment.amount is not None:
        yield from _wrong_amounts({"amount_in_cents": payment.amount}, currency)
        if payment.amount < 0:
            yield "amount_in_cents", "must not be below zero; use the type refund for money returned"
    yield from _wrong_fees(payment.fees or Decimal(0), payment.fees_currency, currency)
    yield from text_errors("external_id", payment.external_id, LONGEST_ID)


def _wrong_amounts(amounts: dict[str, Decimal], currency: str) -> Iterator[tuple[str, str]]:
    for name, amount in amounts.items():
        if not is_payable(amount, currency):
            yield name, f"must be whole minor units of {currency}, with at most ten digits before the point"


def _wrong_fees(fees: Decimal, fees_currency: str, currency: str) -> Iterator[tuple[str, str]]:
    if fees_currency and fees_currency not in (CURRENCIES | {currency}):
        yield "transaction_fees_currency", UNKNOWN_CURRENCY
    else:
        yield from _wrong_amounts({"transaction_fees_in_cents": fees}, fees_currency or currency)


def _wrong_ids(name: str, ids: Collection[str], *, required: bool = False) -> Iterator[tuple[str, str]]:
    if required and not all(external_id.strip() for external_id in ids):
        yield name, BLANK
    present = [external_id for external_id in ids if external_id]
    if len(set(present)) < len(present):
        yield name, "is used twice"
    for external_id in present:
        yield from text_errors(name, external_id, LONGEST_ID)


def existing_line_ids(source: int, ids: Collection[str]) -> set[str]:
    """The ids among `ids` that lines of the data source have already; blank ids are left out."""
    items = OrderItem.objects.filter(external_id__in=list(filter(None, ids)), order__data_source=source)
    return set(items.values_list("external_id", flat=True))


def existing_payment_ids(source: int, ids: Collection[str]) -> set[str]:
    transactions = Transaction.objects.filter(external_id__in=list(filter(None, ids)), order__data_source=source)
    return set(transactions.values_list("external_id", flat=True))
