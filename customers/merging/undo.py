"""Taking a merge back, whole or for some of its duplicates, at any later time.

Nothing is restored: the merge no longer stands, and owners, profiles, keys and credit follow from what does. What
cannot follow, because somebody changed it since or a later merge carried it on, stays and is named beforehand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import transaction

from customers.credit import credit
from customers.lib.dates import format_day
from customers.lib.money import format_money
from customers.lib.phrases import join_words
from customers.locks import MOST_TRIES, RetiredMeanwhileError, lock_chain
from customers.matching.not_duplicates import write_not_duplicates
from customers.models import Customer, HistoryKind, Merge, MergeMember, ProfileChange, SourceRecord
from customers.models.functions import Now
from customers.profile.derive import ProfileHistory, bump_versions, refresh_profiles
from customers.profile.fields import BY_KEY, ProfileField
from customers.records import history, ownership, shared_values
from customers.totals import billing_status

if TYPE_CHECKING:
    from crm.accounts.models import User


class UndoError(Exception):
    """Nothing was undone; the message says why and what to do."""


class AlreadyUndoneError(UndoError):
    """It was taken back before: by a double click, or by somebody else."""


class StaleUndoError(UndoError):
    def __init__(self) -> None:
        super().__init__("Something changed while you were looking. Here is the new preview.")


class OverdrawnError(UndoError):
    """Credit that came with a duplicate is used up, and nobody said that it may be below zero."""


@dataclass(frozen=True)
class FieldOutcome:
    """One value of the survivor: what it is, what it will be, and the change or merge for which it stays."""

    field: ProfileField
    now: Any
    after: Any
    kept_by: ProfileChange | None = None

    @property
    def goes_back(self) -> bool:
        return self.kept_by is None


@dataclass(frozen=True)
class ReturnedCustomer:
    """A customer after the undo: their source records, and their credit by currency."""

    customer: Customer
    records: tuple[int, ...]
    credit: credit.Amounts


@dataclass(frozen=True)
class UndoPlan:
    """What an undo gives back and what it leaves. `root` is the live customer who has everything now."""

    merge: Merge
    root: Customer
    members: tuple[MergeMember, ...]
    is_whole: bool
    outcomes: tuple[FieldOutcome, ...]
    keeps: ReturnedCustomer
    returns: tuple[ReturnedCustomer, ...]

    @property
    def survivor(self) -> Customer:
        return self.merge.survivor

    @property
    def kept(self) -> list[FieldOutcome]:
        return [outcome for outcome in self.outcomes if not outcome.goes_back]

    @property
    def overdrawn(self) -> list[tuple[Customer, str, Decimal]]:
        """(customer, currency, amount) of credit that would be below zero."""
        sides = (self.keeps, *self.returns)
        return [(s.customer, currency, amount) for s in sides for currency, amount in s.credit.items() if amount < 0]

    @cached_property
    def fingerprint(self) -> str:
        decided = [
            (self.merge.pk, self.root.pk, self.root.version, self.survivor.version),
            [(member.duplicate_id, member.duplicate.version) for member in self.members],
            [(o.field.key, o.now, o.after, o.goes_back) for o in self.outcomes],
            [str(item) for item in self.overdrawn],
        ]
        return hashlib.sha256(json.dumps(decided, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class UndoResult:
    """What came of an undo: who is a customer again, and what stayed."""

    merge: Merge
    returned: tuple[Customer, ...]
    kept: tuple[FieldOutcome, ...]

    def as_sentence(self) -> str:
        back = join_words([customer.numbered for customer in self.returned])
        again = "are customers again" if len(self.returned) > 1 else "is a customer again"
        stayed = "".join(f" The {outcome.field.label.lower()} stayed as it is." for outcome in self.kept)
        return f"{back} {again}.{stayed}"


def plan_undo(merge: Merge, *, only: Collection[int] = ()) -> UndoPlan:
    """What undoing `merge`, or its part for the duplicates `only`, would do; UndoError when it cannot be."""
    if merge.undone_at:
        who = merge.undone_by or "a program"
        raise AlreadyUndoneError(f"This merge was undone by {who} on {format_day(merge.undone_at)}.")
    standing = list(merge.members.filter(undone_at=None).select_related("duplicate", "merge").order_by("duplicate"))
    members = [member for member in standing if not only or member.duplicate_id in only]
    if len(members) < len(set(only)) or not members:
        raise UndoError("This customer is not part of the merge any more. Look at the merge again.")
    if gone := erased_side(merge, members):
        raise UndoError(f"Customer {gone.pk} was erased, so this merge can no longer be undone.")
    survivor, root = merge.survivor, merge.survivor.live_root()
    is_whole = len(members) == len(standing)
    return UndoPlan(
        merge=merge,
        root=root,
        members=tuple(members),
        is_whole=is_whole,
        outcomes=tuple(_outcomes(survivor, members, whole=merge if is_whole else None)),
        **_sides(root, members, whole=merge if is_whole else None),
    )


def erased_side(merge: Merge, members: Sequence[MergeMember]) -> Customer | None:
    """Who was erased while the merge stood, the survivor first: then it stands for good, and nobody is left of it."""
    standing = [member.duplicate for member in members if not member.undone_at]
    return next((c for c in (merge.survivor, *standing) if standing and c.erased_at), None)


def _outcomes(survivor: Customer, members: Sequence[MergeMember], *, whole: Merge | None) -> list[FieldOutcome]:
    """One for each value that the undone part of the merge wrote, or that leaves with a duplicate."""
    # Where the survivor was merged on, it is the next customer's profile that a value was carried to.
    past = ProfileHistory({pk for pk in (survivor.pk, survivor.merged_into_id) if pk})
    change = next((c for c in past.changes[survivor.pk] if c.merge_id == members[0].merge_id), None)
    parts = {(member.merge_id, member.duplicate_id) for member in members}
    undone: dict[str, Any] = {"taken_back": parts, "without": whole.pk if whole else None}
    now, after = past.profile(survivor.pk), past.profile(survivor.pk, **undone)
    wrote = change.values if change else {}
    touched = [
        k
        for k in now
        if now[k] != after[k] or (k in wrote and (whole or (members[0].merge_id, wrote[k]["from"]) in parts))
    ]
    found = []
    for key in touched:
        kept_by = _carried_on(past, survivor, key, undone)
        if kept_by is None and change and now[key] == after[key]:
            kept_by = _latest(past, survivor, key, change)
        found.append(FieldOutcome(BY_KEY[key], now[key], after[key], kept_by))
    return found


def _latest(past: ProfileHistory, survivor: Customer, key: str, merged: ProfileChange) -> ProfileChange | None:
    """The change after the merge's own for which a value stays."""
    later = [c for c in past.changes[survivor.pk] if c.version > merged.version and key in c.values]
    return next((c for c in reversed(later) if c.merge is None or not c.merge.undone_at), None)


def _carried_on(past: ProfileHistory, survivor: Customer, key: str, undone: Mapping[str, Any]) -> ProfileChange | None:
    """The change by which a later merge took the value on, for good, to whom the survivor is part of now."""
    following = survivor.merged_into_id
    if following is None or past.profile(following).get(key) != past.profile(following, **undone).get(key):
        return None
    next_one = past.changes[following]
    standing = (c for c in next_one if c.merge and not c.merge.undone_at and key in c.values)
    return next((c for c in standing if c.values[key]["from"] == survivor.pk), None)


def _sides(root: Customer, members: Sequence[MergeMember], *, whole: Merge | None) -> dict[str, Any]:
    """Which records and how much credit each has afterwards."""
    head_of = ownership.merged_into_any([member.duplicate_id for member in members])
    records = SourceRecord.objects.filter(customer=root).order_by("pk").values_list("pk", "origin")
    of: dict[int, list[int]] = {root.pk: [], **{member.duplicate_id: [] for member in members}}
    for pk, origin in records:
        of[head_of.get(origin, root.pk)].append(pk)

    def side(customer: Customer) -> ReturnedCustomer:
        mine = of[customer.pk]
        return ReturnedCustomer(customer, tuple(mine), credit.balance_of_records(mine, without=whole))

    return {"keeps": side(root), "returns": tuple(side(member.duplicate) for member in members)}


def undo_merge(
    merge: Merge, *, by: User | None, only: Collection[int] = (), seen: str = "", allow_overdraft: bool = False
) -> UndoResult:
    """Take `merge` back, or its part for the duplicates `only`.

    `seen` is the fingerprint of the plan that was shown: StaleUndoError when it would be another one now. Credit that
    would be below zero is refused unless `allow_overdraft`.
    """
    for _ in range(MOST_TRIES):
        try:
            return _undo(merge, by=by, only=only, seen=seen, allow_overdraft=allow_overdraft)
        except RetiredMeanwhileError:
            continue
    raise StaleUndoError


@transaction.atomic
def _undo(merge: Merge, *, by: User | None, only: Collection[int], seen: str, allow_overdraft: bool) -> UndoResult:
    duplicates = merge.members.values_list("duplicate", flat=True)
    locked, chain = lock_chain(merge.survivor_id, *duplicates)
    merge = Merge.objects.select_related("survivor", "undone_by").get(pk=merge.pk)
    agreed = plan_undo(merge, only=only)
    if seen and agreed.fingerprint != seen:
        raise StaleUndoError
    if agreed.overdrawn and not allow_overdraft:
        customer, currency, amount = agreed.overdrawn[0]
        raise OverdrawnError(
            f"{customer.name} would be left with {format_money(amount, currency)} of credit."
            " Tick “Leave the credit below zero” to go on, or give credit first."
        )
    _mark(agreed, by=by)
    # The whole chain, because a card or login that goes back may be shown by any of it.
    touched = {*chain, *(member.duplicate_id for member in agreed.members)}
    ownership.refresh([member.duplicate_id for member in agreed.members])
    bump_versions([locked[pk] for pk in sorted(touched)])
    refresh_profiles(sorted(touched))
    shared_values.add_after_undo([agreed.root.pk, *(member.duplicate_id for member in agreed.members)])
    billing_status.refresh(sorted(touched))
    returned = tuple(Customer.objects.filter(pk__in=[m.duplicate_id for m in agreed.members]).order_by("pk"))
    _write_history(agreed, returned, by=by)
    write_not_duplicates(merge.survivor, *returned, by=by, reason=f"Merge {merge.pk} was undone")
    return UndoResult(merge, returned, tuple(agreed.kept))


def _mark(agreed: UndoPlan, *, by: User | None) -> None:
    MergeMember.objects.filter(pk__in=[member.pk for member in agreed.members]).update(undone_at=Now())
    if agreed.is_whole:
        Merge.objects.filter(pk=agreed.merge.pk).update(undone_at=Now(), undone_by=by)


def _write_history(agreed: UndoPlan, returned: Sequence[Customer], *, by: User | None) -> None:
    survivor, merge = agreed.survivor, agreed.merge
    history.write(survivor, HistoryKind.UNDO, "Undid the merge of {customers}.", customers=returned, by=by, merge=merge)
    for customer in returned:
        restored = "Restored: the merge into {customer} was undone."
        history.write(customer, HistoryKind.UNDO, restored, customer=survivor, by=by, merge=merge)
