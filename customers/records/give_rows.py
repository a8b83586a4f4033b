"""Rows that staff added, given to another customer. Otherwise a row stays with its record, whatever customer owns that.

Why an unmerge does: `docs/decisions/0016`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db.models import Q

from customers.lib import sentences
from customers.lib.sentences import Value
from customers.models import Customer, DataSource, HistoryKind, LinkedRow, SourceRecord
from customers.records import history
from customers.records.counts import RowCount
from customers.records.staff_record import staff_record_of

if TYPE_CHECKING:
    from crm.accounts.models import User

Movable = Mapping[type[LinkedRow], Q]
"""{table: which of its rows}. None that totals count by record (`Tab.is_in_totals`), and of tags and attributes none
whose name the other customer has already: a record has each once."""


def give_rows(movable: Movable, *, old: Customer, new: Customer, by: User | None) -> None:
    """The rows that staff added to `old`, or to those merged into it, go to the staff record of `new`; both locked.

    One statement for each table, and a history entry of the kind Split for each customer where there are any. The tags
    that staff added to `old` since a merge, but for those that `new` has or had, whatever the spelling:

        known = {tag.word for tag in Tag.objects.filter(source_record__customer=new)}
        tags = [tag for tag in added_by_staff(Tag, old, since=merge.created) if tag.word not in known]
        give_rows({Tag: Q(pk__in=[tag.pk for tag in tags])}, old=old, new=new, by=by)

    Of a merge whose survivor was merged since, `old` is who is live, and has only what staff added to it; what they
    added to the survivor before is on the survivor's own staff record, and another call of `added_by_staff`.
    """
    if not movable:
        return
    to = staff_record_of(new)
    counts = [RowCount(kind, _move(kind, which, old, to)) for kind, which in movable.items()]
    if rows := [_as_value(count) for count in counts if count.number]:
        history.write(old, HistoryKind.SPLIT, "Moved {rows} to {customer}.", rows=rows, customer=new, by=by)
        history.write(new, HistoryKind.SPLIT, "Received {rows} from {customer}.", rows=rows, customer=old, by=by)


def _move(kind: type[LinkedRow], which: Q, old: Customer, to: SourceRecord) -> int:
    staff_records = SourceRecord.objects.filter(customer=old, data_source__name=DataSource.STAFF)
    return kind._default_manager.filter(which, source_record__in=staff_records).update(source_record=to)


def _as_value(count: RowCount) -> Value:
    names = count.kind._meta
    return sentences.count(count.number, str(names.verbose_name), str(names.verbose_name_plural))
