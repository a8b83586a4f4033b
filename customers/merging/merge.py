"""Merging duplicate customers into one.

A merge is planned, shown, and carried out; the plan that is shown is the plan that runs. It sets edges, writes one
profile change, and refreshes the caches. Source records change owner and nothing else moves, so the cost does not
grow with what a customer has bought. An order that comes meanwhile changes no plan; an edit does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from customers.credit import credit
from customers.lib.phrases import Notice, join_words
from customers.locks import lock
from customers.merging.plan import MergeError, MergePlan, plan_merge
from customers.models import Customer, HistoryKind, Merge, MergeMember, ProfileChange, SourceRecord, Via
from customers.profile import cart_logins
from customers.profile.derive import (
    ProfileHistory,
    bump_versions,
    profile_values,
    refresh_profiles,
    write_profile_change,
)
from customers.profile.fields import BY_KEY
from customers.records import history, ownership, shared_values
from customers.records.staff_record import staff_record_of
from customers.totals import billing_status

if TYPE_CHECKING:
    from crm.accounts.models import User


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
def merge_customers(
    agreed: MergePlan, *, by: User | None, via: Via, reason: str = "", warnings: Collection[Notice] = ()
) -> Merge:
    """Carry out `agreed`; StalePlanError if what was shown is no longer true, AlreadyMergedError if it has been."""
    # Always in primary key order, so two agents merging the same people cannot deadlock.
    locked = lock(agreed.ids)
    refuse_already_merged(agreed.fingerprint)
    refuse_lost_race(locked.values())
    survivor, duplicates = locked[agreed.survivor_id], [locked[pk] for pk in agreed.duplicate_ids]
    current = replan(agreed, survivor, duplicates)
    made = Merge.objects.create(
        survivor=survivor,
        by=by,
        via=via,
        reason=reason,
        warnings=[list(notice) for notice in warnings],
        fingerprint=agreed.fingerprint,
    )
    staff_record_of(survivor)
    _write_members(made, duplicates)
    ownership.refresh(agreed.duplicate_ids)
    _write_profile(made, survivor, current)
    bump_versions(duplicates)
    shared_values.drop_after_merge(survivor.pk)
    credit.correct(survivor, dict(current.credit), by=by, merge=made)
    billing_status.refresh(agreed.ids)
    sentence = "Merged {customers} into this customer."
    history.write(survivor, HistoryKind.MERGE, sentence, customers=duplicates, by=by, merge=made)
    return made


def refuse_already_merged(fingerprint: str) -> None:
    before = Merge.objects.filter(fingerprint=fingerprint, undone_at=None).select_related("survivor").first()
    if before:
        raise AlreadyMergedError(before)


def refuse_lost_race(customers: Iterable[Customer]) -> None:
    retired = [customer.pk for customer in customers if customer.merged_into_id]
    lost = MergeMember.objects.filter(duplicate__in=retired, undone_at=None).select_related(
        "merge__by", "merge__survivor", "duplicate"
    )
    if member := lost.first():
        raise MergeError(
            f"{member.merge.by or 'A rule'} merged {member.duplicate.numbered} into"
            f" {member.merge.survivor.name} a moment ago."
        )


def replan(agreed: MergePlan, survivor: Customer, duplicates: Sequence[Customer]) -> MergePlan:
    """The plan as it is now; StalePlanError when that is not what was agreed."""
    current = plan_merge(survivor, duplicates, agreed.choices, agreed.credit)
    if current.fingerprint != agreed.fingerprint:
        raise stale(dict(zip(agreed.ids, agreed.versions, strict=True)))
    return current


def stale(seen: Mapping[int, int]) -> StalePlanError:
    """What to raise when a plan is not the one that was made of these versions of the customers."""
    changes = changes_since(seen)
    return StalePlanError(f"{describe_changes(changes)} Look at the values again, then confirm.", changes)


def changes_since(versions: Mapping[int, int]) -> list[ProfileChange]:
    """What was changed of the profiles of the customers since they had these `versions`."""
    newer = Q(*(Q(customer=pk, version__gt=version) for pk, version in versions.items()), _connector=Q.OR)
    found = ProfileChange.objects.filter(newer).select_related("by", "customer")
    return list(found.order_by("customer", "version"))


def describe_changes(changes: Sequence[ProfileChange]) -> str:
    """Who changed what, as a sentence."""
    said = [
        f"{change.by or 'A program'} changed the"
        f" {join_words([BY_KEY[key].label.lower() for key in change.values])} of {change.customer.numbered}"
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
    before = profile_values(survivor) | ProfileHistory([survivor.pk]).profile(survivor.pk)
    finals = {key: final.value for key, final in current.finals.items()}
    try:
        after = cart_logins.settle(survivor, finals, among=current.ids, merge=made)
    except cart_logins.LoginTakenError as error:
        raise MergeError(str(error)) from None
    origins = {key: final.origin for key, final in current.finals.items() if final.origin is not None}
    if not write_profile_change(survivor, after, before=before, origins=origins, by=made.by, via=made.via, merge=made):
        bump_versions([survivor])
    refresh_profiles([survivor.pk])
