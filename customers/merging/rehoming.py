"""Moving what staff added from a customer to one who was taken out of them: the one case in which a row changes record.

Only what hangs off a home record: what a data source sent belongs to its record, and what is about a contact to the
contact. See `docs/decisions/0016`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.db.models import Q

from customers.lib import sentences
from customers.lib.sentences import Value
from customers.models import Customer, DataSource, HistoryKind, Note, Opportunity, SourceRecord, Task
from customers.records import history
from customers.records.counts import RowCount
from customers.records.staff_record import staff_record_of

if TYPE_CHECKING:
    from crm.accounts.models import User

MovableKind = type[Note] | type[Task] | type[Opportunity]

MOVABLE: Mapping[MovableKind, Q] = {Note: Q(contact=None), Task: Q(contact=None), Opportunity: Q()}
"""What is about nobody but the customer."""


def move(kinds: Collection[MovableKind], *, here: Customer, to: Customer, by: User | None) -> None:
    """Within the transaction that took `to` out of `here`, which holds the locks of both."""
    if not kinds:
        return
    home = staff_record_of(to)
    tallies = [RowCount(kind, _moved(kind, here, home)) for kind in kinds]
    if moved := [_counted(tally) for tally in tallies if tally.number]:
        history.write(here, HistoryKind.SPLIT, "Moved {rows} to {customer}.", rows=moved, customer=to, by=by)
        history.write(to, HistoryKind.SPLIT, "Received {rows} from {customer}.", rows=moved, customer=here, by=by)


def _counted(tally: RowCount) -> Value:
    names = tally.kind._meta
    return sentences.count(tally.number, str(names.verbose_name), str(names.verbose_name_plural))


def _moved(kind: MovableKind, here: Customer, home: SourceRecord) -> int:
    """How many rows of `kind` moved."""
    homes = SourceRecord.objects.filter(customer=here, data_source__name=DataSource.STAFF)
    return kind._default_manager.filter(MOVABLE[kind], source_record__in=homes).update(source_record=home)
