"""The plan of an undo: the customers that are restored, their records and credit, and the values reverted or kept.

No value is restored from a copy. The undo takes the merge out, and owners, profiles, keys and credit are derived from
the merges that are still active: as if it had never been made. A value that was edited since is kept, one may come from
another merge now, and the preview lists both. Tags and attributes are linked rows and follow their source records, so
they are not in the plan. Of several of one name `customers/labels/effective.py` says which counts; what staff added to
the survivor since (`added_by_staff`) stays there.

Nothing is to be done here for a new linked table, a profile field or a cache. What an undo shall give back besides:

1. Is read by `_read` and `_read_to_show`, with all else at once, into UndoRows.
2. Is planned by `plan_within`, as a field of UndoPlan, or of ReturnedCustomer where each customer has some; it belongs
   to the `fingerprint` if the user sees it and decides.
3. Is written by `_undo` of `undo.py`, under the locks. Rows that staff added since, such as tags, need neither 1 nor 2,
   but 4, because `_about_labels` says that they are kept: `give_rows` of `customers/records/give_rows.py` gives them to
   one restored customer, by a call as in its docstring after `_write_profiles`. Which of several is to be decided.
4. Is shown as a ValueAfterUndo or a Notice of `undo_preview.py`, which the page lists; the preview of many undos
   (`customers/batches/undo_preview.py`) has what is kept, and counts.
5. If the user decides it: a field of UndoTerms (`undo.py`) and of the same name in UndoForm (`forms/undo.py`), with a
   box on `merge_undo.html` and `templates/batches/undo.html`; BatchUndo keeps the answer in a column for the job
   (`customers/batches/undo.py`).
6. What says otherwise until then: the docstrings of this module, of `undo.py`, of `unmerge.py` and of `added_by_staff`,
   the row “an undo gives tags and attributes back” of `docs/merging.md`, `docs/help/undo.md` and decision 16.

`tests/customers/constant_cost/test_statements.py` holds the cost.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from operator import itemgetter
from typing import Any

from customers.credit import credit
from customers.lib.dates import format_day
from customers.lib.errors import ActionError
from customers.lib.phrases import isolated
from customers.models import Customer, Merge, MergeMember, ProfileChange
from customers.profile.fields import FIELDS, ProfileField
from customers.profile.replay import BY_PURCHASE, BroughtByMerge, Part, ProfileHistory, changes_of, members_of
from customers.records import ownership
from customers.records.owned_records import OwnedRecord, records_among, rows_with_credit
from customers.statements.prepared import Prepared
from customers.statements.together import PreparedTogether


class UndoError(ActionError):
    pass


class AlreadyUndoneError(UndoError):
    """The merge was undone before: by a double click, or by another user."""


class StaleUndoError(UndoError):
    def __init__(self) -> None:
        super().__init__("Something changed since you opened the page. This is the updated preview.")


class OverdrawnError(UndoError):
    """Credit of a duplicate was used since, and negative credit was not allowed."""

    def __init__(self, customer: Customer, credit: str) -> None:
        super().__init__(
            f"{customer.name_with_number} would have {credit} of credit."
            " Tick “Allow negative credit” to continue, or add credit first."
        )
        self.customer, self.credit = customer, credit


@dataclass(frozen=True)
class FieldOutcome:
    """A value of a customer, now and after the undo, with what it stands by then: None when nobody decided on it."""

    customer: Customer
    field: ProfileField
    now: Any
    after: Any
    by_now: ProfileChange | BroughtByMerge | None = None
    by_after: ProfileChange | BroughtByMerge | None = None

    @property
    def is_reverted(self) -> bool:
        return bool(self.now != self.after)


@dataclass(frozen=True)
class ReturnedCustomer:
    """A customer after the undo: their source records, and their credit by currency."""

    customer: Customer
    records: tuple[int, ...]
    credit: credit.Amounts


@dataclass(frozen=True)
class UndoScope:
    """The members that an undo takes out of a merge; `is_whole` when it leaves none."""

    members: tuple[MergeMember, ...]
    is_whole: bool

    @property
    def merge(self) -> int:
        return self.members[0].merge_id

    @property
    def duplicates(self) -> tuple[int, ...]:
        return tuple(member.duplicate_id for member in self.members)

    @property
    def parts(self) -> frozenset[Part]:
        return frozenset((self.merge, duplicate) for duplicate in self.duplicates)


@dataclass(frozen=True)
class UndoPlan:
    """`root` is the live customer that now owns all records: the survivor, or the customer it was merged into."""

    merge: Merge
    root: Customer
    scope: UndoScope
    outcomes: tuple[FieldOutcome, ...]
    keeps: ReturnedCustomer
    returns: tuple[ReturnedCustomer, ...]

    @property
    def survivor(self) -> Customer:
        return self.merge.survivor

    @property
    def sides(self) -> tuple[ReturnedCustomer, ...]:
        return (self.keeps, *self.returns)

    @property
    def kept(self) -> list[FieldOutcome]:
        return [outcome for outcome in self.outcomes if not outcome.is_reverted]

    @property
    def reverted(self) -> dict[int, list[FieldOutcome]]:
        """{customer: what the undo changes of its profile}."""
        reverted: defaultdict[int, list[FieldOutcome]] = defaultdict(list)
        for outcome in self.outcomes:
            if outcome.is_reverted:
                reverted[outcome.customer.pk].append(outcome)
        return dict(reverted)

    @property
    def overdrawn(self) -> list[tuple[Customer, str, Decimal]]:
        """(customer, currency, amount) of negative credit."""
        return [(s.customer, code, amount) for s in self.sides for code, amount in s.credit.items() if amount < 0]

    @cached_property
    def fingerprint(self) -> str:
        decided = [
            (self.merge.pk, self.root.pk, self.root.version, self.survivor.version),
            [(member.duplicate_id, member.duplicate.version) for member in self.scope.members],
            [(o.customer.pk, o.field.key, o.now, o.after) for o in self.outcomes],
            [str(item) for item in self.overdrawn],
        ]
        return hashlib.sha256(json.dumps(decided, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class UndoRows:
    """What an undo follows from: the decisions about a chain, and the records and credit of its live root."""

    history: ProfileHistory
    records: Sequence[OwnedRecord]
    credit: Sequence[credit.RecordSum]


_read = PreparedTogether(
    changes=lambda chain, _: changes_of(chain),
    members=lambda chain, _: members_of(chain),
    records=lambda _, root: rows_with_credit(root),
)
_read_to_show = PreparedTogether(
    changes=lambda chain, _: changes_of(chain).select_related("by"),
    members=lambda chain, _: members_of(chain),
    records=lambda _, root: rows_with_credit(root),
)
_credit = Prepared(credit.record_sums)


def read_undo(chain: Sequence[int], *, to_show: bool = False) -> UndoRows:
    """Who made a change is only read where it is shown, and credit where there may be some."""
    rows = (_read_to_show if to_show else _read)(chain, chain[-1:])
    records = records_among(sorted(rows["records"], key=itemgetter(0)), "has_credit")
    return UndoRows(
        history=ProfileHistory.of_rows(chain, rows["changes"], rows["members"]),
        records=records,
        credit=_credit(chain[-1:]) if any(record.has_credit for record in records) else [],
    )


def plan_undo(merge: Merge, *, only: Collection[int] = ()) -> UndoPlan:
    """Of `merge`, or of its part for the duplicates `only`; UndoError when it cannot be undone."""
    members = list(merge.members.select_related("duplicate").order_by("duplicate"))
    scope = undo_scope(merge, members, only)
    chain = merge.survivor.chain()
    return plan_within(scope, merge, chain=chain, rows=read_undo([customer.pk for customer in chain], to_show=True))


def undo_scope(merge: Merge, members: Iterable[MergeMember], only: Collection[int]) -> UndoScope:
    """Of the duplicates `only`, or of all; UndoError when they cannot be restored."""
    if merge.undone_at:
        day = format_day(merge.undone_at)
        if merge.undone_by is None:
            raise AlreadyUndoneError(f"This merge was undone on {day}.")
        raise AlreadyUndoneError(f"This merge was undone by {isolated(merge.undone_by)} on {day}.")
    active = [member for member in members if not member.undone_at]
    chosen = [member for member in active if not only or member.duplicate_id in only]
    if len(chosen) < len(set(only)) or not chosen:
        raise UndoError("This customer is no longer part of the merge. Check the merge again.")
    if erased := erased_side(merge, chosen):
        raise UndoError(f"Customer {erased.pk} was erased, so this merge can no longer be undone.")
    return UndoScope(tuple(chosen), is_whole=len(chosen) == len(active))


def plan_within(scope: UndoScope, merge: Merge, *, chain: Sequence[Customer], rows: UndoRows) -> UndoPlan:
    """The plan from `rows` already read of the `chain` from the survivor to the live root."""
    root = chain[-1]
    records_of = _divide(rows.records, scope, root)
    credit_of = credit.balances_of_parts(rows.credit, records_of, without=merge.pk if scope.is_whole else None)

    def side(customer: Customer) -> ReturnedCustomer:
        return ReturnedCustomer(customer, tuple(records_of[customer.pk]), credit_of[customer.pk])

    return UndoPlan(
        merge=merge,
        root=root,
        scope=scope,
        outcomes=tuple(_outcomes(chain, scope, rows.history)),
        keeps=side(root),
        returns=tuple(side(member.duplicate) for member in scope.members),
    )


def _divide(records: Sequence[OwnedRecord], scope: UndoScope, root: Customer) -> dict[int, list[int]]:
    """{customer: the records after the undo}, of the root and the restored customers."""
    records_of: dict[int, list[int]] = {pk: [] for pk in (root.pk, *scope.duplicates)}
    head_of = {pk: pk for pk in records_of}
    if any(record.origin not in head_of for record in records):
        head_of = ownership.merged_into_any(scope.duplicates)
    for record in records:
        records_of[head_of.get(record.origin, root.pk)].append(record.pk)
    return records_of


def erased_side(merge: Merge, members: Sequence[MergeMember]) -> Customer | None:
    """A customer, the survivor first, that was erased while the merge stood: it can no longer be undone."""
    active = [member.duplicate for member in members if not member.undone_at]
    return next((c for c in (merge.survivor, *active) if active and c.erased_at), None)


def _outcomes(chain: Sequence[Customer], scope: UndoScope, history: ProfileHistory) -> Iterator[FieldOutcome]:
    """One for each value that the undo changes, or would change had it not been decided on since, the root first."""
    outcomes: list[list[FieldOutcome]] = []
    passed_on: set[str] = set()
    for customer in chain:
        written = _written(history, customer, scope, passed_on)
        now, after = history.derived(customer.pk), history.derived(customer.pk, without=scope.parts)
        outcomes.insert(
            0,
            [
                FieldOutcome(customer, field, now.values[key], after.values[key], now.by.get(key), after.by.get(key))
                for field in FIELDS
                if (key := field.key) in written or now.values[key] != after.values[key]
            ],
        )
        passed_on = {outcome.field.key for outcome in outcomes[0]}
    for of_customer in outcomes:
        yield from of_customer


def _written(history: ProfileHistory, customer: Customer, scope: UndoScope, passed_on: Collection[str]) -> set[str]:
    """The fields that the undone part brought to the survivor, or that a later merge brought from there."""
    written: set[str] = set()
    for change in history.changes[customer.pk]:
        if change.merge_id == scope.merge and change.via != BY_PURCHASE:
            written |= {
                key for key, value in change.values.items() if scope.is_whole or value["from"] in scope.duplicates
            }
        elif change.merge_id and change.via != BY_PURCHASE:
            written |= {key for key, value in change.values.items() if key in passed_on and value["from"]}
    return written
