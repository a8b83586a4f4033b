"""The source records by which API clients know a customer: the records that data sources sent.

The staff record is one of them only when no data source has sent the customer.
"""

from collections.abc import Collection

from customers.models import Customer, SourceRecord


def external_records_of(customers: Collection[Customer]) -> dict[int, list[SourceRecord]]:
    """{customer: external records}, records that never moved first, then in order of attachment."""
    records_of: dict[int, list[SourceRecord]] = {customer.pk: [] for customer in customers}
    rows = SourceRecord.objects.filter(customer__in=records_of).select_related("data_source", "origin")
    for record in rows.in_order_of_attachment():
        records_of[record.customer_id].append(record)
    return {
        pk: sorted(external_records(records), key=lambda record: record.origin_id != pk)
        for pk, records in records_of.items()
    }


def external_records(records: Collection[SourceRecord]) -> list[SourceRecord]:
    """The external ones of all `records` of one customer, which were read with `origin`."""
    sent = [record for record in records if not record.is_staff_record]
    return sent or list(records)


def primary_record(records: Collection[SourceRecord]) -> SourceRecord | None:
    """The first of `records` with an external id, else the first."""
    return next((record for record in records if record.external_id), next(iter(records), None))
