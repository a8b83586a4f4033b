"""What happened to customers while a user looked at their merge: they were changed, or somebody else merged them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from customers.lib.phrases import ActMessage, join_words
from customers.merging.plan import MergeError
from customers.models import Customer, Merge, MergeMember, ProfileChange
from customers.profile.fields import BY_KEY

MERGED_FIRST = ActMessage(
    "{user} merged {duplicate} into {survivor} a moment ago.",
    "An API client merged {duplicate} into {survivor} a moment ago.",
)
CHANGED_MEANWHILE = ActMessage(
    "{user} changed {customer} meanwhile: {fields}.", "An API client changed {customer} meanwhile: {fields}."
)


class StalePlanError(MergeError):
    """The customers have changed since the plan was shown; `changes` are the edits."""

    def __init__(self, message: str, changes: Sequence[ProfileChange] = ()) -> None:
        super().__init__(message)
        self.changes = changes


class MergedMeanwhileError(MergeError):
    """Somebody else merged just these customers, as `merge`: the other way round, or with other values."""

    def __init__(self, message: str, merge: Merge) -> None:
        super().__init__(message)
        self.merge = merge


class AlreadyMergedError(MergeError):
    """The same plan was carried out before, as `merge`: by a double click, or a page sent again."""

    def __init__(self, merge: Merge) -> None:
        super().__init__("Already merged.")
        self.merge = merge


def refuse_already_merged(fingerprint: str) -> None:
    before = Merge.objects.filter(fingerprint=fingerprint, undone_at=None).select_related("survivor").first()
    if before:
        raise AlreadyMergedError(before)


def refuse_lost_race(customers: Collection[Customer]) -> None:
    retired = [customer.pk for customer in customers if customer.merged_into_id]
    memberships = MergeMember.objects.filter(duplicate__in=retired, undone_at=None)
    if member := memberships.select_related("merge__by", "merge__rule", "merge__survivor", "duplicate").first():
        duplicate, survivor = member.duplicate.name_with_number, member.merge.survivor.name_with_number
        message = MERGED_FIRST.text(member.merge.actor, duplicate=duplicate, survivor=survivor)
        if len({customer.live_root() for customer in customers}) == 1:
            raise MergedMeanwhileError(message, member.merge)
        raise MergeError(message)


def stale(seen: Mapping[int, int]) -> StalePlanError:
    changes = changes_since(seen)
    return StalePlanError(f"{describe_changes(changes)} Check the values, then confirm again.", changes)


def changes_since(versions: Mapping[int, int]) -> list[ProfileChange]:
    newer = Q(*(Q(customer=pk, version__gt=version) for pk, version in versions.items()), _connector=Q.OR)
    return list(ProfileChange.objects.filter(newer).select_related("by", "customer").order_by("customer", "version"))


def describe_changes(changes: Sequence[ProfileChange]) -> str:
    sentences = [
        CHANGED_MEANWHILE.text(
            change.by,
            customer=change.customer.name_with_number,
            fields=join_words([BY_KEY[key].label for key in change.values]),
        )
        for change in changes
    ]
    return " ".join(sentences) or "These customers were changed meanwhile."
