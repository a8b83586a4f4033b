"""Invoices of the other system, with lines, payments and subscriptions: taken in as `/v1/` takes them in here.

A line of a subscription that lacks its plan, its ID or its period comes as a sale of its own. What is disabled there
is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crm.accounts.models import User
from crm.jobs.kind import RefusedRow
from crm.pulls.chartmogul.customers import id_here
from customers.lib.money import from_minor_units
from customers.models import DataSource, SourceRecord
from orders.invoices.errors import Errors
from orders.invoices.import_ import MOST_ROWS, InvoiceImportError, import_invoices
from orders.invoices.incoming import TEXT_COLUMNS, IncomingInvoice, IncomingInvoiceLine, IncomingPayment
from orders.locks import lock_owners
from orders.models import Import, ImportRow, ItemKind, MatchedBy, Order, Product, RowOutcome, Transaction

PLANNED = (ItemKind.SUBSCRIPTION, ItemKind.TRIAL)
NO_CUSTOMER = "Its customer is not here. It comes with the invoice when the customer does."

Addressed = list[tuple[SourceRecord, IncomingInvoice]]


def invoice_id(invoice: Any) -> str:
    return str(invoice.external_id or invoice.uuid)


def records_of(invoices: Collection[Any], source: DataSource) -> Mapping[str, SourceRecord]:
    ids = {id_here(invoice.customer_external_id) for invoice in invoices if invoice.customer_external_id}
    records = SourceRecord.objects.filter(data_source=source, external_id__in=ids).select_related("data_source")
    return {record.external_id or "": record for record in records}


def orders_of(invoices: Collection[Any], source: DataSource) -> Mapping[str, Order]:
    orders = Order.objects.filter(data_source=source, external_id__in=[invoice_id(invoice) for invoice in invoices])
    return {order.external_id or "": order for order in orders.select_related("source_record")}


def take_invoices(
    invoices: Collection[Any], imported: Import, source: DataSource, plans: Mapping[str, int], *, after: int
) -> tuple[list[Order], list[RefusedRow]]:
    """Write those that are not here, with rows of the import behind row `after`."""
    records = records_of(invoices, source)
    products = Product.objects.in_bulk(set(plans.values()))
    by_uuid = {uuid: products[pk] for uuid, pk in plans.items() if pk in products}
    addressed: Addressed = []
    refusals = []
    for invoice in invoices:
        if record := records.get(id_here(invoice.customer_external_id or "")):
            addressed.append((record, incoming(invoice, by_uuid)))
        else:
            refusals.append(RefusedRow(f"Invoice {invoice_id(invoice)}", NO_CUSTOMER))
    lock_owners(list(dict.fromkeys(record for record, _ in addressed)))  # those of all parts, in one order
    orders: list[Order] = []
    for part in _parts(addressed):
        orders += _import(part, refusals, by=imported.by)
    _note(orders, imported, after=after)
    return orders, refusals


def _parts(addressed: Addressed) -> list[Addressed]:
    """As many at once as an import of invoices takes."""
    parts: list[Addressed] = [[]]
    room = MOST_ROWS
    for record, invoice in addressed:
        rows = len(invoice.lines) + len(invoice.payments)
        if rows > room and parts[-1]:
            parts.append([])
            room = MOST_ROWS
        parts[-1].append((record, invoice))
        room -= rows
    return [part for part in parts if part]


def _import(addressed: Addressed, refusals: list[RefusedRow], *, by: User | None) -> list[Order]:
    """Those that can be; what is wrong with another one is added to `refusals`."""
    while addressed:
        try:
            return import_invoices(addressed, by=by)
        except InvoiceImportError as error:
            refusals += [
                _refused(invoice, errors)
                for (_, invoice), errors in zip(addressed, error.errors, strict=True)
                if errors
            ]
            addressed = [pair for pair, errors in zip(addressed, error.errors, strict=True) if not errors]
    return []


def _refused(invoice: IncomingInvoice, errors: Errors) -> RefusedRow:
    return RefusedRow(f"Invoice {invoice.external_id}", " ".join(f"{name}: {text}." for name, text in errors.items()))


def _note(orders: Sequence[Order], imported: Import, *, after: int) -> None:
    """Rows of the import, by which its undo knows what came."""
    payments: dict[int, list[int]] = {}
    for pk, order in Transaction.objects.filter(order__in=orders).values_list("pk", "order"):
        payments.setdefault(order or 0, []).append(pk)
    ImportRow.objects.bulk_create(
        ImportRow(
            imported=imported,
            number=number,
            outcome=RowOutcome.JOINED,
            evidence=MatchedBy.ID,
            source_record_id=order.source_record_id,
            order=order,
            added={Transaction.__name__: payments[order.pk]} if order.pk in payments else {},
        )
        for number, order in enumerate(orders, after + 1)
    )


def incoming(invoice: Any, plans: Mapping[str, Product]) -> IncomingInvoice:
    currency = (invoice.currency or "").upper()
    lines = [line for line in invoice.line_items if not _value(line, "disabled")]
    payments = [payment for payment in invoice.transactions if not _value(payment, "disabled")]
    return IncomingInvoice(
        external_id=invoice_id(invoice),
        at=invoice.date,
        due=_value(invoice, "due_date"),
        currency=currency,
        **{column.name: _value(invoice, column.name, "") for column in TEXT_COLUMNS},
        lines=[_line(line, currency, plans) for line in lines],
        payments=[payment_of(payment, currency) for payment in payments],
    )


def _line(line: Any, currency: str, plans: Mapping[str, Product]) -> IncomingInvoiceLine:
    product = plans.get(_value(line, "plan_uuid", ""))
    subscription = _value(line, "subscription_external_id") or _value(line, "subscription_uuid", "")
    begins, ends = _value(line, "service_period_start"), _value(line, "service_period_end")
    is_billed = line.type in PLANNED and product and subscription and begins and ends and ends > begins
    values = {
        "amount": from_minor_units(line.amount_in_cents, currency),
        "quantity": max(_value(line, "quantity", 1), 1),
        "external_id": _value(line, "external_id", ""),
        "description": _value(line, "description", "") or (product.name if product else ""),
        "product": product,
        "discount": from_minor_units(_value(line, "discount_amount_in_cents", 0), currency),
        "discount_code": _value(line, "discount_code", ""),
        "discount_description": _value(line, "discount_description", ""),
        "tax": from_minor_units(_value(line, "tax_amount_in_cents", 0), currency),
        "fees": _fees(line, currency) or Decimal(0),
        "fees_currency": _value(line, "transaction_fees_currency", ""),
        "account_code": _value(line, "account_code", ""),
        "event_order": _value(line, "event_order"),
    }
    if not is_billed:
        return IncomingInvoiceLine(kind=ItemKind.ONE_TIME, **values)
    return IncomingInvoiceLine(
        kind=line.type,
        subscription=subscription,
        subscription_set=_value(line, "subscription_set_external_id", ""),
        service_from=begins,
        service_to=ends,
        prorated=bool(_value(line, "prorated")),
        **values,
    )


def payment_of(payment: Any, currency: str) -> IncomingPayment:
    amount = _value(payment, "amount_in_cents")
    return IncomingPayment(
        kind=payment.type,
        is_successful=payment.result == "successful",
        at=payment.date,
        amount=None if amount is None else from_minor_units(amount, currency),
        external_id=payment_id(payment),
        fees=_fees(payment, currency),
        fees_currency=_value(payment, "transaction_fees_currency", ""),
    )


def payment_id(payment: Any) -> str:
    return str(_value(payment, "external_id") or payment.uuid)


def _fees(row: Any, currency: str) -> Decimal | None:
    fees = _value(row, "transaction_fees_in_cents")
    return None if fees is None else from_minor_units(fees, _value(row, "transaction_fees_currency") or currency)


def _value(row: Any, name: str, blank: Any = None) -> Any:
    """What is not answered, or null, is `blank`."""
    value = getattr(row, name, None)
    return blank if value is None else value
