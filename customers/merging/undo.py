"""Undoing a merge, whole or for some of its duplicates, at any later time.

What is given back is decided in `undo_plan.py`; here it is written. Under the locks all rows are read once, the plan is
made again and written. Tags, attributes, notes and orders are not written: they are linked to source records, and go
back with their records.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, F, Subquery, When
from django.db.models.sql import Query
from django.utils.translation import ngettext

from customers.database.lost_connections import once_more_when_lost
from customers.lib.audit import AuditAction, audit_entry
from customers.lib.counting import Counted, count_after_commit
from customers.lib.money import format_money
from customers.lib.phrases import join_words
from customers.lib.sentences import Value
from customers.locks import RetiredMeanwhileError, chain_of, lock_chain, retry_when_moved
from customers.matching.not_duplicates import MARK_IS_KEPT, marks_between
from customers.merging.undo_plan import (
    FieldOutcome,
    OverdrawnError,
    StaleUndoError,
    UndoPlan,
    plan_within,
    read_undo,
    undo_scope,
)
from customers.models import Customer, Event, HistoryEntry, HistoryKind, Merge, MergeMember, SourceRecord
from customers.models.functions import Now
from customers.profile.clean import change_in_words
from customers.profile.derive import profile_values, save_profile
from customers.profile.refusals import as_words, said_while_merged
from customers.profile.replay import ProfileHistory
from customers.records import events
from customers.records.history import entry
from customers.records.owned_records import OwnedRecord, keys_of
from customers.records.shared_values import COUNTED_ONCE_MORE, shared_between
from customers.records.staff_record import put_staff_record, staff_record_among
from customers.statements.prepared import Prepared, PreparedWrite, Slot, insert, updating
from customers.statements.together import PreparedWritesTogether
from customers.totals import billing_status

if TYPE_CHECKING:
    from crm.accounts.models import User


@dataclass(frozen=True)
class UndoResult:
    """`returned` are the restored customers, `kept` the values that the undo did not revert."""

    merge: Merge
    returned: tuple[Customer, ...]
    kept: tuple[FieldOutcome, ...]

    def as_sentence(self) -> str:
        fields = list(dict.fromkeys(outcome.field.label for outcome in self.kept))
        places = {
            "names": join_words([customer.name_with_number for customer in self.returned]),
            "fields": join_words(fields) if fields else "",
        }
        sentences = [ngettext("%(names)s was restored.", "%(names)s were restored.", len(self.returned))]
        if fields:
            sentences.append(ngettext("%(fields)s was kept.", "%(fields)s were kept.", len(fields)))
        return " ".join(sentences) % places


@dataclass(frozen=True)
class UndoTerms:
    """How an undo is done: whether credit may be negative, whether customers are marked as not duplicates, and why."""

    allow_overdraft: bool = False
    mark_not_duplicates: bool = True
    reason: str = ""


def undo_merge(
    merge: Merge,
    *,
    by: User | None,
    only: Collection[int] = (),
    seen: str = "",
    terms: UndoTerms | None = None,
) -> UndoResult:
    """Undo `merge`, or its part for the duplicates `only`.

    `seen` is the fingerprint of the plan that was shown: StaleUndoError when the plan is another one now.
    OverdrawnError when credit would be negative, unless `terms` allow it.
    """
    terms = terms or UndoTerms()
    try:
        return _undo(merge, terms, by=by, only=only, seen=seen)
    except RetiredMeanwhileError:
        raise StaleUndoError from None


@once_more_when_lost()
@retry_when_moved
@transaction.atomic
def _undo(merge: Merge, terms: UndoTerms, *, by: User | None, only: Collection[int], seen: str) -> UndoResult:
    locked, chain = _lock(merge)
    # The whole chain: what the merge brought to the survivor, later merges may have brought to each customer of it.
    rows = read_undo(chain)
    history, records = rows.history, rows.records
    merge, members = _read(merge.pk, history, locked)
    scope = undo_scope(merge, members, only)
    touched = [locked[pk] for pk in sorted({*chain, *scope.duplicates})]
    plan = plan_within(scope, merge, chain=[locked[pk] for pk in chain], rows=rows)
    _refuse(plan, seen=seen, allow_overdraft=terms.allow_overdraft)

    write = _undo_whole if scope.is_whole else _undo_part
    undone = [member.pk for member in scope.members]
    write(merge.pk, undone, by.pk if by else None, scope.duplicates, [customer.pk for customer in touched])
    # Every linked row goes back with its record: orders, notes, tags, attributes, credit, history.
    for side in plan.returns:
        _move_records(side.customer.pk, side.records)
    records_of = {side.customer.pk: [r for r in records if r.pk in side.records] for side in plan.sides}
    staff_records = _write_profiles(plan, touched, history, records_of)
    restored = ", ".join(str(side.customer.pk) for side in plan.returns)
    returned = tuple(side.customer for side in plan.returns)
    apart = [merge.survivor, *returned] if terms.mark_not_duplicates else []
    insert(
        *shared_between(keys_of(records) for records in records_of.values()),
        *_history_entries(plan, staff_records, history, by=by, reason=terms.reason),
        *_events(plan, chain),
        audit_entry(AuditAction.UNDO, f"Merge {merge.pk}: {restored} restored.", by=by, customer=merge.survivor_id),
        *marks_between(apart, by=by, reason=f"Merge {merge.pk} was undone"),
        on_conflict={**COUNTED_ONCE_MORE, **MARK_IS_KEPT},
    )
    count_after_commit(Counted.UNDO, "whole" if scope.is_whole else "part")
    return UndoResult(merge, returned, tuple(plan.kept))


_before_locking = Prepared(
    lambda merge, survivor: MergeMember.objects.filter(merge=merge).values_list(
        "duplicate", Subquery(Customer.objects.filter(pk=survivor).values("merged_into"))
    )
)


def _members_are_undone(merge: Slot, members: Slot, by: Slot, *_: Slot) -> Query:
    return updating(MergeMember.objects.filter(pk__in=members), undone_at=Now(), undone_by=by)


def _merge_is_undone(merge: Slot, members: Slot, by: Slot, *_: Slot) -> Query:
    return updating(Merge.objects.filter(pk=merge), undone_at=Now(), undone_by=by)


def _are_live(merge: Slot, members: Slot, by: Slot, returned: Slot, customers: Slot) -> Query:
    """All `customers` get a new version, which makes plans of the old version stale."""
    return updating(
        Customer.objects.filter(pk__in=customers),
        version=F("version") + 1,
        updated=Now(),
        merged_into=Case(When(pk__in=returned, then=None), default=F("merged_into")),
    )


_undo_part = PreparedWritesTogether(_members_are_undone, _are_live)
_undo_whole = PreparedWritesTogether(_members_are_undone, _merge_is_undone, _are_live)
_move_records = PreparedWrite(
    lambda customer, records: updating(SourceRecord.objects.filter(pk__in=records), customer=customer, moved_at=Now())
)


def _lock(merge: Merge) -> tuple[dict[int, Customer], list[int]]:
    """({customer: locked} of the merge and of those that the survivor was merged into, the chain of the survivor)."""
    rows = _before_locking(merge.pk, merge.survivor_id)
    following = rows[0][1]
    chain = [merge.survivor_id, *(chain_of(following) if following else [])]
    return lock_chain(chain, *(duplicate for duplicate, _ in rows)), chain


def _read(pk: int, history: ProfileHistory, locked: Mapping[int, Customer]) -> tuple[Merge, list[MergeMember]]:
    """The merge with its members that stand; without any it was undone meanwhile."""
    members = [member for member in history.members if member.merge_id == pk]
    for member in members:
        member.duplicate = locked[member.duplicate_id]
        member.merge.survivor = locked[member.merge.survivor_id]
    merge = members[0].merge if members else Merge.objects.select_related("undone_by").get(pk=pk)
    return merge, members


def _refuse(plan: UndoPlan, *, seen: str, allow_overdraft: bool) -> None:
    if seen and plan.fingerprint != seen:
        raise StaleUndoError
    if plan.overdrawn and not allow_overdraft:
        customer, currency, amount = plan.overdrawn[0]
        raise OverdrawnError(customer, format_money(amount, currency))


def _write_profiles(
    plan: UndoPlan,
    touched: Sequence[Customer],
    history: ProfileHistory,
    records_of: Mapping[int, Sequence[OwnedRecord]],
) -> dict[int, int]:
    """Derive the profiles of `touched` from the merges that stand; {customer: their staff record}."""
    with_history = {plan.survivor.pk, *plan.scope.duplicates, *plan.reverted}
    statuses = _billing_statuses(plan)
    staff_records: dict[int, int] = {}
    for customer in touched:
        customer.version += 1
        owner = plan.root.pk
        if customer.pk in plan.scope.duplicates:
            customer.merged_into, owner = None, customer.pk
        profile = profile_values(customer) | history.profile(customer.pk, without=plan.scope.parts)
        records = records_of[owner]
        # The entry of the undo is a row of the staff record, so a customer who gets one needs that record.
        if customer.pk in with_history or staff_record_among(records, customer):
            staff_records[customer.pk] = put_staff_record(customer, profile, owner=owner, records=records)
        save_profile(customer, profile, billing_status=statuses.get(customer.pk, customer.billing_status))
    return staff_records


def _billing_statuses(plan: UndoPlan) -> dict[int, str]:
    """{customer: billing status after the undo}; empty when there is no purchase."""
    if not plan.root.billing_status:
        return {}
    return billing_status.statuses_of_parts({side.customer.pk: side.records for side in plan.sides})


def _events(plan: UndoPlan, chain: Sequence[int]) -> Iterator[Event]:
    records_of = {side.customer.pk: side.records for side in plan.returns}
    yield from events.unmerged(plan.merge, records_of, left=plan.root.pk)
    yield from (events.updated(customer) for customer in chain)


def _changes(outcomes: Collection[FieldOutcome]) -> list[Value]:
    """What the undo changed, as history keeps it: in words, but for a password."""
    return [change_in_words(outcome.field, outcome.now, outcome.after) for outcome in outcomes]


def _history_entries(
    plan: UndoPlan, staff_records: Mapping[int, int], history: ProfileHistory, *, by: User | None, reason: str
) -> Iterator[HistoryEntry]:
    kind, merge, survivor = HistoryKind.UNDO, plan.merge, plan.survivor
    returned = [side.customer for side in plan.returns]
    changes = {pk: _changes(outcomes) for pk, outcomes in plan.reverted.items()}
    values: dict[str, Value] = {"customers": returned}
    sentence = "Undid the merge of {customers}."
    if of_survivor := changes.pop(survivor.pk, None):
        sentence, values["changes"] = f"{sentence}\n{{changes}}", of_survivor
    yield entry(staff_records[survivor.pk], kind, sentence, **values, by=by, merge=merge, reason=reason)
    for pk, of_customer in changes.items():
        sentence = "Undid the merge into {customer}.\n{changes}"
        yield entry(staff_records[pk], kind, sentence, customer=survivor, changes=of_customer, by=by, merge=merge)
    for customer in returned:
        sentence = "Restored: the merge into {customer} was undone."
        yield entry(staff_records[customer.pk], kind, sentence, customer=survivor, by=by, merge=merge, reason=reason)
        for refusal in said_while_merged(history.changes[customer.pk], since=merge.created):
            sentence = "Refuses {refused}, said on {day} while merged."
            words = as_words([refusal.key])
            yield entry(staff_records[customer.pk], HistoryKind.EDIT, sentence, refused=words, day=refusal.at, by=by)
