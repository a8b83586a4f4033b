"""The rank of shared values: how strong the group is for which a value stands in the worklist (`queue.py`).

An act that makes a value shared gives it a rank by its kind alone (`FIRST_RANKS`), so that it waits at once. What takes
reading, such as whether the names agree, is judged by the clock soon after: `rank_what_waits` looks at new values and
at those of customers with whom something happened. Of the values of a group, the newest stands for it. The others have
no rank, and neither has a value that connects nobody, because it is ignored or all who have it are not duplicates.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction

from customers.lib.batches import batches
from customers.matching.judgement import judge
from customers.matching.worklist.groups import ConnectedCustomers, customers_of, groups_around
from customers.matching.worklist.sorting import rank_of
from customers.models import Customer, IgnoredValueChange, MatchKey, SharedValue
from customers.models.matching import FIRST_RANKS, NO_RANK
from customers.records.history_readers import ABOUT_DUPLICATES, changes_for, keep_place

AT_ONCE = 100
READER = "worklist"
LONGEST = 20.0
"""Seconds, after which the rest waits until the clock calls again."""


def rank_what_waits() -> str:
    """What it did, in words."""
    start = time.monotonic()
    ranked = _rank_changed()
    while new := list(SharedValue.objects.filter(rank__in=set(FIRST_RANKS.values())).order_by("rank", "pk")[:AT_ONCE]):
        _rank(new)
        ranked += len(new)
        if time.monotonic() - start > LONGEST:
            break
    return f"{ranked} shared values ranked." if ranked else ""


def _rank_changed() -> int:
    changes = changes_for(READER, ABOUT_DUPLICATES)
    keys = MatchKey.objects.filter(source_record__customer__in=changes.customers).values_list("kind", "value")
    ignored = IgnoredValueChange.objects.filter(at__gt=changes.since).values_list("kind", "value")
    changed = {*keys, *ignored}
    for some in batches(sorted(changed), AT_ONCE):
        if values := list(SharedValue.objects.among(some)):
            _rank(values)
    keep_place(READER, changes)
    return len(changed)


@transaction.atomic
def _rank(values: Sequence[SharedValue]) -> None:
    around = groups_around(values)
    rows = {row.pk: row for row in (*values, *around.rows.values())}
    ranks: defaultdict[int, int] = defaultdict(int)
    people = customers_of(around.groups)
    for group in around.groups:
        stands_for_it = max(around.rows[key].pk for key in group.keys)
        ranks[stands_for_it] = max(ranks[stands_for_it], _rank_of(group, people))
    in_groups = {around.rows[key].pk for group in around.groups for key in group.keys}
    # A value that only reaches into what is around is judged when its turn comes: it may stand for another group.
    judged = in_groups | {row.pk for row in values}
    changes: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for pk in judged:
        if rows[pk].rank != ranks[pk]:
            changes[rows[pk].rank, ranks[pk]].append(pk)
    for (before, rank), pks in sorted(changes.items()):
        # Unless an act gave it another rank meanwhile.
        SharedValue.objects.filter(pk__in=pks, rank=before).update(rank=rank)


def _rank_of(group: ConnectedCustomers, people: dict[int, Customer]) -> int:
    members = [people[pk] for pk in sorted(group.customers) if pk in people]
    if len(members) < 2:
        return NO_RANK
    return rank_of(judge(members, [kind for kind, _ in group.keys]), len(members))
