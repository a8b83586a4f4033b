"""Taking one source record out of a customer, as a program asks for it.

Where the record is all that its origin has, the merge that brought it is undone for that origin, which lives again
under its old number. Else the record is split off: no merge as a whole explains it. The only record of a customer
stays, however it came. What staff added to the customer stays there, unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction

from customers.merging import rehoming
from customers.merging.rehoming import MovableKind
from customers.merging.split import SplitError, split_record
from customers.merging.undo import undo_merge
from customers.merging.undo_plan import OverdrawnError, UndoError
from customers.models import Customer, DataSource, MergeMember, SourceRecord, Via
from customers.records import external, ownership

if TYPE_CHECKING:
    from crm.accounts.models import User


class UnmergeError(Exception):
    """Nothing was taken out; the message says why and what to do."""


@transaction.atomic
def unmerge_customers(record: SourceRecord, *, by: User | None, moving: Collection[MovableKind] = ()) -> Customer:
    """The customer that `record` belongs to from now on, with what staff added of the kinds `moving`."""
    here = record.customer
    try:
        member = _brought_by(record)
        apart = _undone(member, by=by) if member else split_record(record, by=by, via=Via.API)
    except OverdrawnError as error:
        raise UnmergeError(f"{error} The option is on the page of the merge.") from None
    except (UndoError, SplitError) as error:
        raise UnmergeError(str(error)) from None
    if not _is_somebody(here):
        raise UnmergeError(f"Nothing was unmerged: this is the only record of {here.numbered}.")
    rehoming.move(moving, here=here, to=apart, by=by)
    return apart


def _is_somebody(left: Customer) -> bool:
    """Whether a data source still knows who is left, or staff made them: asked under the lock that the act took."""
    if left.records.exclude(data_source__name=DataSource.STAFF, external_id=left.uuid).exists():
        return True
    first = left.changes.order_by("version").first()
    return first is not None and first.via == Via.PAGE


def _brought_by(record: SourceRecord) -> MergeMember | None:
    """The part of a merge that brought `record` and nothing else that a data source sent."""
    member = MergeMember.objects.filter(duplicate=record.origin_id, undone_at=None).select_related("merge").first()
    behind = SourceRecord.objects.filter(origin__in=ownership.merged_into_any([record.origin_id]))
    theirs = external.records_known_to_programs(behind.select_related("origin"))
    return member if [each.pk for each in theirs] == [record.pk] else None


def _undone(member: MergeMember, *, by: User | None) -> Customer:
    (returned,) = undo_merge(member.merge, only=[member.duplicate_id], by=by).returned
    return returned
