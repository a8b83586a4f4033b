"""Rows that go to another source record. Otherwise a row stays with its record, whatever customer owns that.

Who moves rows writes a history entry for both customers: `docs/decisions/0016` has why an unmerge does.
"""

from typing import Any

from django.db.models import Q, QuerySet

from customers.models import Customer, DataSource, LinkedRow, SourceRecord


def rows_of_staff(kind: type[LinkedRow], customer: Customer, *, which: Q) -> QuerySet[Any]:
    """The rows that staff added to `customer` and to those merged into it."""
    staff_records = SourceRecord.objects.filter(customer=customer, data_source__name=DataSource.STAFF)
    return kind._default_manager.filter(which, source_record__in=staff_records)


def move_rows(rows: QuerySet[Any], *, to: int) -> int:
    """Give `rows` the source record `to`, in one statement; how many they are.

    None that totals count by record (`Tab.is_in_totals`); and of tags and attributes none whose name `to` has already.
    """
    return rows.update(source_record=to)
