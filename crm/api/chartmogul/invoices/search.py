"""The invoices that a list asks for."""

from typing import Literal

from crm.api.chartmogul import lookup
from crm.api.chartmogul.fields import IdText
from crm.api.chartmogul.invoices.responses import InvoiceOptions
from crm.api.chartmogul.paging import CursorPage, CursorQuery, page_linked, page_rows
from customers.lib.text import can_be_stored
from customers.models import Customer, DataSource
from orders.models import Order, OrderStatus

OWED = tuple(status for status in OrderStatus if status != OrderStatus.PARTIAL)


class CustomerInvoiceQuery(CursorQuery, InvoiceOptions):
    validation_type: Literal["valid", "invalid", "all"] = "valid"


class InvoiceQuery(CustomerInvoiceQuery):
    customer_uuid: str | None = None
    data_source_uuid: str | None = None
    external_id: IdText | None = None


def invoice_page(query: InvoiceQuery, customer: Customer | None) -> CursorPage[Order]:
    source = lookup.data_source(query.data_source_uuid) if query.data_source_uuid else None
    enabled = {} if query.with_disabled else {"disabled_at__isnull": True}
    if query.validation_type == "invalid":  # these were never stored
        return CursorPage([], None, has_more=False)
    if query.external_id is not None:
        return invoices_with_id(query, source, customer)
    if customer:
        return page_linked(Order, customer, query, (), source=source, status__in=OWED, **enabled)
    orders = Order.objects.invoices().filter(**enabled)
    return page_rows(orders.filter(data_source=source) if source else orders, query)


def invoices_with_id(query: InvoiceQuery, source: DataSource | None, customer: Customer | None) -> CursorPage[Order]:
    """The invoices with this external id, at most one for each data source: read first, then filtered."""
    if not can_be_stored(query.external_id or ""):
        return CursorPage([], None, has_more=False)
    # With the sources named, because the index on external ids begins with the source.
    sources = [source] if source else list(DataSource.objects.all())
    orders = Order.objects.filter(external_id=query.external_id, data_source__in=sources).select_related(
        "source_record"
    )
    shown = [
        order.pk
        for order in orders
        if order.status in OWED
        and (query.with_disabled or order.disabled_at is None)
        and (customer is None or order.source_record.customer_id == customer.pk)
    ]
    return page_rows(Order.objects.filter(pk__in=shown), query)
