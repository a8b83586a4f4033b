"""What an id in a request names. One that was merged away names who it became part of, in every call."""

from crm.api.chartmogul.errors import not_found, refusal
from customers.lib.text import can_be_stored
from customers.models import Customer, DataSource, SourceRecord


def customer(uuid: str, param: str = "customer_uuid") -> Customer:
    """The live customer that `uuid` leads to."""
    return named(uuid, param).live_root()


def named(uuid: str, param: str = "customer_uuid") -> Customer:
    """The customer of `uuid`, who may have become part of another."""
    found = Customer.objects.select_related("merged_into").filter(uuid=uuid).first() if can_be_stored(uuid) else None
    if found is None:
        raise not_found("Customer", param)
    if found.live_root().erased_at:
        raise refusal(404, "This customer was erased", param)
    return found


def data_source(uuid: str, param: str = "data_source_uuid") -> DataSource:
    found = next(iter(DataSource.objects.filter(uuid=uuid)), None) if can_be_stored(uuid) else None
    if found is None:
        raise not_found("Data source", param)
    return found


def record(data_source_uuid: str, external_id: str, param: str = "external_id") -> SourceRecord:
    """The customer as that data source knows them, with the live customer whose it is."""
    source = data_source(data_source_uuid)
    known = SourceRecord.objects.select_related("customer").filter(data_source=source, external_id=external_id)
    found = known.first() if can_be_stored(external_id) else None
    if found is None:
        raise not_found("Customer", param)
    return found


def records(external_id: str, source: DataSource | None, customer: Customer | None) -> list[int]:
    """Whoever a data source knows so: `source`, or any; only those of `customer`, if that is given.

    Read by themselves, and with the sources named, since the index that knows an id begins with its source.
    """
    sources = [source] if source else list(DataSource.objects.all())
    found = SourceRecord.objects.filter(data_source__in=sources, external_id=external_id).only("customer_id")
    return [each.pk for each in found if customer is None or each.customer_id == customer.pk]
