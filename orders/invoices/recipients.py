"""Which source record of a customer an invoice is for: who was merged has several."""

from __future__ import annotations

from customers.lib.text import can_be_stored
from customers.models import Customer, DataSource, SourceRecord
from orders.invoices.schema import InvoiceError

MOST_NAMED = 2


def find_recipient(customer: Customer, *, source: DataSource | None = None, external_id: str = "") -> SourceRecord:
    """The record of `source` with that id; where either is not said, the only one that it can be."""
    records = SourceRecord.objects.filter(customer=customer).exclude(data_source__name=DataSource.STAFF)
    if source:
        records = records.filter(data_source=source)
    if external_id:
        records = records.filter(external_id=external_id) if can_be_stored(external_id) else records.none()
    found = list(records.select_related("data_source").order_by("pk")[:MOST_NAMED])
    if len(found) == 1:
        return found[0]
    if found:
        raise InvoiceError(
            customer_external_id="This is a merged customer. Send data_source_uuid and customer_external_id"
            " to say which of its records gets the invoice."
        )
    field = "customer_external_id" if external_id else "data_source_uuid" if source else "customer_uuid"
    raise InvoiceError(**{field: "This customer has no such external ID in that data source."})
