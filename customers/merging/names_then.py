"""The names that customers had at merges from before such names were kept, as the history of profiles has them.

The first change after a merge says what was there before it; without one, the name is still the same. An undo since
then may have taken a change out without one of its own, so its customer keeps the name of today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from copy import copy
from functools import reduce
from operator import or_

from django.db.models import Q

from customers.models import Customer, Merge, MergeMember, ProfileChange

OF_NAME = ("first_name", "last_name", "company", "email", "phone")
TOUCHES_NAME = reduce(or_, (Q(values__has_key=key) for key in OF_NAME))


def fill_names(merges: Collection[Merge], members: Collection[MergeMember]) -> None:
    """Give those without a name of then the one that can be derived; nothing is saved."""
    by_pk = {merge.pk: merge for merge in merges}
    without = [merge for merge in merges if not (merge.survivor_name or merge.survivor.erased_at)]
    members_without = [m for m in members if not (m.duplicate_name or m.duplicate.erased_at)]
    changes = _changes([*(m.survivor_id for m in without), *(m.duplicate_id for m in members_without)])
    for merge in without:
        merge.survivor_name = _name_at(merge, merge.survivor, changes[merge.survivor_id], _is_later_than(merge))
    for member in members_without:
        of_duplicate, merge = changes[member.duplicate_id], by_pk[member.merge_id]
        member.duplicate_name = _name_at(merge, member.duplicate, of_duplicate, _is_version_after(member.version))


def fill_names_of(members: Collection[MergeMember]) -> None:
    """As `fill_names`, for members read with their merges. Those of one merge share it from then on."""
    merges = {member.merge_id: member.merge for member in members}
    for member in members:
        member.merge = merges[member.merge_id]
    fill_names(merges.values(), members)


Changes = Sequence[ProfileChange]
IsLater = Callable[[ProfileChange], bool]


def _changes(customers: Collection[int]) -> defaultdict[int, list[ProfileChange]]:
    changes: defaultdict[int, list[ProfileChange]] = defaultdict(list)
    if customers:
        rows = ProfileChange.objects.filter(TOUCHES_NAME, customer__in=customers).select_related("merge")
        for change in rows.order_by("customer", "version"):
            changes[change.customer_id].append(change)
    return changes


def _is_later_than(merge: Merge) -> IsLater:
    return lambda change: change.merge_id == merge.pk or change.at >= merge.created


def _is_version_after(version: int) -> IsLater:
    return lambda change: change.version > version


def _name_at(merge: Merge, customer: Customer, changes: Changes, is_later: IsLater) -> str:
    """The name before the first of the later changes; "" where it is not known."""
    if any(_was_taken_out(change, merge) for change in changes if not is_later(change)):
        return ""
    then = copy(customer)
    for change in reversed([change for change in changes if is_later(change)]):
        for key in OF_NAME:
            if key in change.values:
                setattr(then, key, change.values[key]["before"] or "")
    return then.name


def _was_taken_out(change: ProfileChange, merge: Merge) -> bool:
    undone_at = change.merge.undone_at if change.merge else None
    return undone_at is not None and undone_at > merge.created
