"""Invoices, their lines and their transactions as clients send them, and as the rules take them.

The `…_values` below the schemas give each sent value the name that `orders/invoices/incoming.py` has for it; a value of
an invoice or a line reaches its column from there by itself (`orders/invoices/rows.py`), and a text of an invoice is
also taken by itself (`texts.py`). `…Changes` are what a client
may change later (`orders/invoices/amend.py`).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from ninja import Schema

from crm.api.chartmogul.fields import IdText, Number
from crm.api.chartmogul.invoices.texts import with_texts
from crm.api.chartmogul.times import Moment
from customers.lib.money import from_minor_units
from customers.lib.text import can_be_stored
from orders.invoices.incoming import IncomingInvoice, IncomingInvoiceLine, IncomingPayment
from orders.models import Product


class LineChanges(Schema):
    """A line of an invoice. Fields that are not sent keep their values."""

    type: str | None = None
    amount_in_cents: Number | None = None
    external_id: IdText | None = None
    description: str | None = None
    subscription_external_id: IdText | None = None
    subscription_set_external_id: IdText | None = None
    plan_uuid: str | None = None
    service_period_start: Moment | None = None
    service_period_end: Moment | None = None
    quantity: Number | None = None
    prorated: bool | None = None
    proration_type: str | None = None
    discount_amount_in_cents: Number | None = None
    discount_code: str | None = None
    discount_description: str | None = None
    tax_amount_in_cents: Number | None = None
    transaction_fees_in_cents: Number | None = None
    transaction_fees_currency: str | None = None
    account_code: str | None = None
    event_order: Number | None = None
    balance_transfer: bool | None = None
    cancelled_at: Moment | None = None


class LineIn(LineChanges):
    type: str
    amount_in_cents: Number


class PaymentChanges(Schema):
    """A payment or a refund. Without an amount, it is for the whole invoice."""

    type: str | None = None
    date: Moment | None = None
    result: Literal["successful", "failed"] | None = None
    external_id: IdText | None = None
    amount_in_cents: Number | None = None
    transaction_fees_in_cents: Number | None = None
    transaction_fees_currency: str | None = None


class PaymentIn(PaymentChanges):
    type: str
    date: Moment
    result: Literal["successful", "failed"]


@with_texts
class InvoiceChanges(Schema):
    date: Moment | None = None
    due_date: Moment | None = None
    currency: str | None = None


class InvoiceIn(InvoiceChanges):
    external_id: IdText
    date: Moment
    currency: str
    data_source_uuid: str | None = None
    customer_external_id: IdText | None = None
    line_items: list[LineIn] = []
    transactions: list[PaymentIn] = []


class InvoicesIn(Schema):
    invoices: list[InvoiceIn]


# {name in this dialect: name of the rules}
INVOICE_NAMES = {"date": "at", "due_date": "due"}
LINE_NAMES = {
    "type": "kind",
    "subscription_external_id": "subscription",
    "subscription_set_external_id": "subscription_set",
    "service_period_start": "service_from",
    "service_period_end": "service_to",
    "proration_type": "proration",
    "transaction_fees_currency": "fees_currency",
}
LINE_AMOUNTS = {"amount_in_cents": "amount", "discount_amount_in_cents": "discount", "tax_amount_in_cents": "tax"}
PAYMENT_NAMES = {"type": "kind", "date": "at", "transaction_fees_currency": "fees_currency"}
# Null sets these to something other than "".
NULL_IS: dict[str, Any] = {
    **dict.fromkeys(("due_date", "service_period_start", "service_period_end", "event_order", "cancelled_at"), None),
    **dict.fromkeys(("discount_amount_in_cents", "tax_amount_in_cents", "transaction_fees_in_cents"), 0),
    **dict.fromkeys(("prorated", "balance_transfer"), False),
    "quantity": 1,
}
# Null does not change these, nor the amount of a line.
NEVER_NULL = {"type", "date", "result", "currency"}


def plans_of(lines: Iterable[LineChanges]) -> dict[str, Product]:
    """{uuid: plan} of the plans in `lines`; unknown uuids are left out."""
    uuids = {line.plan_uuid for line in lines if line.plan_uuid}
    return {plan.uuid: plan for plan in Product.objects.filter(uuid__in=filter(can_be_stored, uuids))}


def invoice_of(sent: InvoiceIn, plans: Mapping[str, Product]) -> IncomingInvoice:
    currency = sent.currency.upper()
    # An empty currency is refused later; in a change it changes nothing.
    values = invoice_values(sent) | {"external_id": sent.external_id, "currency": currency}
    return IncomingInvoice(
        **values,
        lines=[IncomingInvoiceLine(**line_values(line, currency, plans)) for line in sent.line_items],
        payments=[IncomingPayment(**payment_values(payment, currency)) for payment in sent.transactions],
    )


def invoice_values(sent: InvoiceChanges) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in sent.model_dump(include=set(InvoiceChanges.model_fields), exclude_unset=True).items():
        if not value and name in NEVER_NULL:
            continue
        values[INVOICE_NAMES.get(name, name)] = NULL_IS.get(name, "") if value is None else value
    if "currency" in values:
        values["currency"] = values["currency"].upper()
    return values


def line_values(sent: LineChanges, currency: str, plans: Mapping[str, Product]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    fields = sent.model_dump(exclude_unset=True)
    for name, sent_value in fields.items():
        if sent_value is None and (name in NEVER_NULL or name == "amount_in_cents"):
            continue
        value = NULL_IS.get(name, "") if sent_value is None else sent_value
        if name in LINE_AMOUNTS:
            values[LINE_AMOUNTS[name]] = from_minor_units(value, currency)
        elif name == "plan_uuid":
            values["product"] = plans.get(value)
        elif name == "transaction_fees_in_cents":
            values["fees"] = from_minor_units(value, fields.get("transaction_fees_currency") or currency)
        else:
            values[LINE_NAMES.get(name, name)] = value
    return values


def payment_values(sent: PaymentChanges, currency: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    fields = sent.model_dump(exclude_unset=True)
    fees_currency = fields.get("transaction_fees_currency") or currency
    for name, value in fields.items():
        if value is None and name in NEVER_NULL:
            continue
        if name == "result":
            values["is_successful"] = value == "successful"
        elif name == "amount_in_cents":
            values["amount"] = None if value is None else from_minor_units(value, currency)
        elif name == "transaction_fees_in_cents":
            values["fees"] = None if value is None else from_minor_units(value, fees_currency)
        else:
            values[PAYMENT_NAMES.get(name, name)] = value or ""
    return values
