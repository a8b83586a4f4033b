"""Merging duplicate customers into one.

A merge is planned, shown, and carried out; the plan that is shown is the plan that runs. It sets edges, writes one
profile change, and refreshes the caches. Source records change owner and nothing else moves, so the cost does not
grow with what a customer has bought. An order that comes meanwhile changes no plan; an edit does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from customers import billing, cart, credit, history, owners, profile, sharing
from customers.deciding import Choices, MergeError, MergePlan, Picked, Typed, credit_together, plan
from customers.fields import BY_KEY
from customers.homes import home_of
from customers.locking import lock
from customers.models import Customer, HistoryKind, Merge, MergeMember, ProfileChange, SourceRecord, Via
from customers.notices import Notice
from customers.wording import listed

if TYPE_CHECKING:
    from crm.accounts.models import User

__all__ = [
    "AlreadyMergedError",
    "Choices",
    "MergeError",
    "MergePlan",
    "Picked",
    "StalePlanError",
    "Typed",
    "credit_together",
    "merge",
    "plan",
]


class StalePlanError(MergeError):
    """The customers are no longer as they were shown; `changes` are the edits since."""

    def __init__(self, message: str, changes: Sequence[ProfileChange] = ()) -> None:
        super().__init__(message)
        self.changes = changes


class AlreadyMergedError(MergeError):
    """This very plan was carried out before, as `merge`: a double click, or a page sent again."""

    def __init__(self, merge: Merge) -> None:
        super().__init__("These customers are merged already. This is the result.")
        self.merge = merge


@transaction.atomic
def merge(
    agreed: MergePlan, *, by: User | None, via: Via, reason: str = "", warnings: Collection[Notice] = ()
) -> Merge:
    """Carry out `agreed`; StalePlanError if what was shown is no longer true, AlreadyMergedError if it has been."""
    # Always in primary key order, so two agents merging the same people cannot deadlock.
    locked = lock(agreed.ids)
    refuse_repeated(agreed)
    _refuse_lost_race(locked.values())
    survivor, duplicates = locked[agreed.survivor_id], [locked[pk] for pk in agreed.duplicate_ids]
    current = made_again(agreed, survivor, duplicates)
    made = Merge.objects.create(
        survivor=survivor,
        by=by,
        via=via,
        reason=reason,
        warnings=[list(notice) for notice in warnings],
        fingerprint=agreed.fingerprint,
    )
    home_of(survivor)
    _write_members(made, duplicates)
    owners.refresh(agreed.duplicate_ids)
    _write_profile(made, survivor, current)
    profile.bump(duplicates)
    sharing.forget_joined(survivor.pk)
    credit.correct(survivor, dict(current.credit), by=by, merge=made)
    billing.refresh(agreed.ids)
    history.write(survivor, HistoryKind.MERGE, merged_sentence(duplicates), by=by, merge=made)
    return made


def refuse_repeated(agreed: MergePlan) -> None:
    before = Merge.objects.filter(fingerprint=agreed.fingerprint, undone_at=None).select_related("survivor").first()
    if before:
        raise AlreadyMergedError(before)


def _refuse_lost_race(customers: Collection[Customer]) -> None:
    retired = [customer.pk for customer in customers if customer.merged_into_id]
    lost = MergeMember.objects.filter(duplicate__in=retired, undone_at=None).select_related(
        "merge__by", "merge__survivor", "duplicate"
    )
    if member := lost.first():
        raise MergeError(
            f"{member.merge.by or 'A rule'} merged {member.duplicate.numbered} into"
            f" {member.merge.survivor.name} a moment ago."
        )


def made_again(agreed: MergePlan, survivor: Customer, duplicates: Sequence[Customer]) -> MergePlan:
    """The plan as it is now; StalePlanError when that is not what was agreed."""
    current = plan(survivor, duplicates, agreed.choices, agreed.credit)
    if current.fingerprint != agreed.fingerprint:
        changes = changes_since(dict(zip(agreed.ids, agreed.versions, strict=True)))
        raise StalePlanError(f"{told(changes)} Look at the values again, then confirm.", changes)
    return current


def changes_since(versions: Mapping[int, int]) -> list[ProfileChange]:
    """What was changed of the profiles of the customers since they had these `versions`."""
    newer = Q(*(Q(customer=pk, version__gt=version) for pk, version in versions.items()), _connector=Q.OR)
    found = ProfileChange.objects.filter(newer).select_related("by", "customer")
    return list(found.order_by("customer", "version"))


def told(changes: Sequence[ProfileChange]) -> str:
    """Who changed what, as a sentence."""
    said = [
        f"{change.by or 'A program'} changed the"
        f" {listed([BY_KEY[key].label.lower() for key in change.values])} of {change.customer.numbered}"
        for change in changes
    ]
    return f"{'; '.join(said) or 'Something about these customers changed'} while you were deciding."


def _write_members(made: Merge, duplicates: Sequence[Customer]) -> None:
    records: dict[int, list[int]] = {customer.pk: [] for customer in duplicates}
    for pk, customer in SourceRecord.objects.filter(customer__in=records).order_by("pk").values_list("pk", "customer"):
        records[customer].append(pk)
    MergeMember.objects.bulk_create(
        MergeMember(merge=made, duplicate_id=pk, records=moved) for pk, moved in records.items()
    )


def _write_profile(made: Merge, survivor: Customer, current: MergePlan) -> None:
    # What stands with the duplicates there: a card or login that an earlier edit named may be the survivor's again.
    before = profile.values_of(survivor) | profile.History([survivor.pk]).profile(survivor.pk)
    finals = {key: final.value for key, final in current.finals.items()}
    try:
        after = cart.settle(survivor, finals, among=current.ids, merge=made)
    except cart.LoginTakenError as error:
        raise MergeError(str(error)) from None
    origins = {key: final.origin for key, final in current.finals.items() if final.origin is not None}
    if not profile.write_change(survivor, after, before=before, origins=origins, by=made.by, via=made.via, merge=made):
        profile.bump([survivor])
    profile.refresh([survivor.pk])


def merged_sentence(duplicates: Sequence[Customer]) -> str:
    return f"Merged {listed([c.numbered for c in duplicates])} into this customer."
