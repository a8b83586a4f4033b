"""Find rows by the ids in a request. In every call, the id of a merged customer leads to the survivor."""

from crm.api.chartmogul.errors import not_found, refusal
from customers.lib.text import can_be_stored
from customers.models import Customer, DataSource, SourceRecord
from customers.models.source import with_external_id
from customers.statements.prepared import Prepared

_customers = Prepared(lambda uuid: Customer.objects.select_related("merged_into").filter(uuid=uuid))


def customer(uuid: str, param: str = "customer_uuid") -> Customer:
    return customer_before_merges(uuid, param).live_root()


def customer_before_merges(uuid: str, param: str = "customer_uuid") -> Customer:
    customer = _customer_with(uuid, param)
    if customer.live_root().erased_at:
        raise refusal(404, "This customer was erased", param)
    return customer


def customer_or_erased(uuid: str, param: str = "customer_uuid") -> Customer:
    """The customer that `uuid` leads to, for lists that are empty once the customer is erased."""
    return _customer_with(uuid, param).live_root()


def _customer_with(uuid: str, param: str) -> Customer:
    customer = next(iter(_customers(uuid)), None) if can_be_stored(uuid) else None
    if customer is None:
        raise not_found("Customer", param)
    return customer


def data_source(uuid: str, param: str = "data_source_uuid") -> DataSource:
    source = next(iter(DataSource.objects.filter(uuid=uuid)), None) if can_be_stored(uuid) else None
    if source is None:
        raise not_found("Data source", param)
    return source


def source_record(data_source_uuid: str, external_id: str, param: str = "external_id") -> SourceRecord:
    source = data_source(data_source_uuid)
    matches = SourceRecord.objects.select_related("customer").filter(with_external_id(external_id), data_source=source)
    record = matches.first() if can_be_stored(external_id) else None
    if record is None:
        raise not_found("Customer", param)
    return record


def record_ids(external_id: str, source: DataSource | None, customer: Customer | None) -> list[int]:
    """Primary keys of the records with this external id, limited to `source` and `customer` if given."""
    # With the sources named, because the index on external ids begins with the source.
    sources = [source] if source else list(DataSource.objects.all())
    records = SourceRecord.objects.filter(with_external_id(external_id), data_source__in=sources).only("customer_id")
    return [record.pk for record in records if customer is None or record.customer_id == customer.pk]
