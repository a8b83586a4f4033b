"""Which invoices a list asks for."""

from typing import Literal

from crm.api.chartmogul import lookup
from crm.api.chartmogul.invoices.writing import With
from crm.api.chartmogul.paging import Page, Paged, page, page_of
from customers.lib.text import can_be_stored
from customers.models import Customer, DataSource
from orders.models import Order, OrderStatus

OWED = tuple(status for status in OrderStatus if status != OrderStatus.PARTIAL)


class AskedOfCustomer(Paged, With):
    validation_type: Literal["valid", "invalid", "all"] = "valid"


class Asked(AskedOfCustomer):
    customer_uuid: str | None = None
    data_source_uuid: str | None = None
    external_id: str | None = None


def asked_for(asked: Asked, customer: Customer | None) -> Page[Order]:
    """A page of them, newest first; what could not be imported was never kept."""
    source = lookup.data_source(asked.data_source_uuid) if asked.data_source_uuid else None
    counting = {} if asked.with_disabled else {"disabled_at__isnull": True}
    if asked.validation_type == "invalid":
        return Page([], None, has_more=False)
    if asked.external_id is not None:
        return known_as(asked, source, customer)
    if customer:
        return page_of(Order, customer, asked, (), source=source, status__in=OWED, **counting)
    orders = Order.objects.invoices().filter(**counting)
    return page(orders.filter(data_source=source) if source else orders, asked)


def known_as(asked: Asked, source: DataSource | None, customer: Customer | None) -> Page[Order]:
    """Those of an id, one in each data source: read by themselves, and then looked at."""
    if not can_be_stored(asked.external_id or ""):
        return Page([], None, has_more=False)
    # With the sources named, since the index that knows an id begins with its source.
    sources = [source] if source else list(DataSource.objects.all())
    known = Order.objects.filter(external_id=asked.external_id, data_source__in=sources).select_related("source_record")
    shown = [
        order.pk
        for order in known
        if order.status in OWED
        and (asked.with_disabled or order.disabled_at is None)
        and (customer is None or order.source_record.customer_id == customer.pk)
    ]
    return page(Order.objects.filter(pk__in=shown), asked)
