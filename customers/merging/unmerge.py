"""Taking one source record out of a customer, as an API client asks for it.

If it is the only record of its origin, the merge that moved it is undone for that origin, which is live again under its
old number. Otherwise the record is split off. The only record of a customer cannot be taken out.

Staff entries stay with the customer. An API client may ask to move notes, tasks and opportunities: the one case in
which a row changes its record (`docs/decisions/0016`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from customers.lib.errors import ActionError
from customers.merging.split import SplitError, split_record
from customers.merging.undo import undo_merge
from customers.merging.undo_plan import OverdrawnError, UndoError
from customers.models import (
    Customer,
    DataSource,
    MergeMember,
    Note,
    Opportunity,
    SourceRecord,
    StaffRow,
    Task,
    Via,
)
from customers.records import external, ownership
from customers.records.give_rows import give_rows

if TYPE_CHECKING:
    from crm.accounts.models import User

# Notes and tasks about a contact stay with the contact.
MOVABLE: Mapping[type[StaffRow], Q] = {Note: Q(contact=None), Task: Q(contact=None), Opportunity: Q()}

OVERDRAWN = (
    "{customer} would have {credit} of credit. Add credit first, or undo the merge on its page and tick “Allow negative"
    " credit” there."
)


class UnmergeError(ActionError):
    pass


@transaction.atomic
def unmerge_customers(record: SourceRecord, *, by: User | None, moving: Collection[type[StaffRow]] = ()) -> Customer:
    """The customer of `record` afterwards, with the staff entries of the kinds `moving`."""
    old = record.customer
    try:
        member = _moved_by(record)
        new = _undo(member, by=by) if member else split_record(record, by=by, via=Via.API)
    except OverdrawnError as error:
        raise UnmergeError(OVERDRAWN.format(customer=error.customer.name_with_number, credit=error.credit)) from None
    except (UndoError, SplitError) as error:
        raise UnmergeError(str(error)) from None
    if not _has_records(old):
        raise UnmergeError(f"Nothing was unmerged: this is the only record of {old.name_with_number}.")
    give_rows({kind: MOVABLE[kind] for kind in moving}, old=old, new=new, by=by)
    return new


def _has_records(customer: Customer) -> bool:
    """Whether the locked customer still has a record of a data source, or was added by staff."""
    if customer.records.exclude(data_source__name=DataSource.STAFF, external_id=customer.uuid).exists():
        return True
    first = customer.changes.order_by("version").first()
    return first is not None and first.via == Via.PAGE


def _moved_by(record: SourceRecord) -> MergeMember | None:
    member = MergeMember.objects.filter(duplicate=record.origin_id, undone_at=None).select_related("merge").first()
    moved = SourceRecord.objects.filter(origin__in=ownership.merged_into_any([record.origin_id]))
    external_records = external.external_records(moved.select_related("origin"))
    return member if [moved_record.pk for moved_record in external_records] == [record.pk] else None


def _undo(member: MergeMember, *, by: User | None) -> Customer:
    (returned,) = undo_merge(member.merge, only=[member.duplicate_id], by=by).returned
    return returned
