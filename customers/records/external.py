"""By which source records programs know a customer: those that data sources sent.

A home record, which is ours, stands for a customer of whom no data source sent anything, and only for such a one.
"""

from collections.abc import Collection

from customers.models import Customer, SourceRecord


def external_records_of(customers: Collection[Customer]) -> dict[int, list[SourceRecord]]:
    """{customer: their records with the data source, their own first, then as they were attached}."""
    of: dict[int, list[SourceRecord]] = {customer.pk: [] for customer in customers}
    rows = SourceRecord.objects.filter(customer__in=of).select_related("data_source", "origin")
    for record in rows.in_order_of_attachment():
        of[record.customer_id].append(record)
    return {
        pk: sorted(records_known_to_programs(records), key=lambda record: record.origin_id != pk)
        for pk, records in of.items()
    }


def records_known_to_programs(records: Collection[SourceRecord]) -> list[SourceRecord]:
    """Those by which programs know one customer whose all `records`, read with their origins, are."""
    sent = [record for record in records if not record.is_home]
    return sent or list(records)


def primary_record(records: Collection[SourceRecord]) -> SourceRecord | None:
    """The first that has an id in its data source, of those that `records_of` has put in order."""
    return next((record for record in records if record.external_id), next(iter(records), None))
