"""How many merges were made and undone, kept by day, so that a page reads as much for a million merges as for a few.

A merge counts on the day it was made, in UTC, also when it is undone: an undo changes that day. The clock counts anew
each day with merges or undos since it last did; `rebuild` compares the others. The time until an undo is kept by its
place on a logarithmic scale, so a median is right to about a tenth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import log2

from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from customers.models import CountedMerges, Merge, MergeCount, MergedBy, Via

DAYS_AT_ONCE = 31
LATE = timedelta(minutes=15)
"""A transaction that long still counts, though its merge has the time of its beginning."""
STEPS = 4
"""How many steps of the scale double a time."""

Key = tuple[str, int, int]


def count_merges() -> str:
    """What it did, in words."""
    now, counted = timezone.now(), CountedMerges.objects.first()
    days = sorted(_days_since(counted.until - LATE if counted else None, now))
    for day in days:
        _count_day(day)
    CountedMerges.objects.update_or_create(pk=1, defaults={"until": now})
    return f"Merges of {len(days)} days counted." if days else ""


def place_of(wait: timedelta) -> int:
    """Where a time until an undo is on the scale."""
    return max(round(STEPS * log2(max(wait.total_seconds(), 1))), 0)


def wait_at(place: int) -> timedelta:
    return timedelta(seconds=2 ** (place / STEPS))


def _days_since(since: datetime | None, now: datetime) -> set[date]:
    first = Merge.objects.order_by("created", "pk").values_list("created", flat=True).first()
    if first is None:
        return set()
    begin = max(since, first) if since else first
    days = {begin.astimezone(UTC).date() + timedelta(days=n) for n in range((now - begin).days + 2)}
    undone = Merge.objects.filter(undone_at__gte=begin).annotate(day=TruncDate("created", tzinfo=UTC))
    return {day for day in days if day <= now.astimezone(UTC).date()} | {*undone.values_list("day", flat=True)}


def recount_merges(after: Sequence[str]) -> tuple[list[date], Sequence[str] | None]:
    """Count some days again after that in `after`, which is empty at first; those that differed, and what follows.

    A day that the clock counts next is left to it.
    """
    counted = CountedMerges.objects.first()
    if counted is None:
        return [], None
    left = _days_since(counted.until - LATE, timezone.now())
    days = _days_after(date.fromisoformat(after[0]) if after else date.min)
    differed = [day for day in days if day not in left and _count_day(day)]
    return differed, [days[-1].isoformat()] if days else None


def _days_after(last: date) -> list[date]:
    """A month, from the next day on that has merges or counts."""
    merges = Merge.objects.order_by("created", "pk").values_list("created", flat=True)
    if last > date.min:
        merges = merges.filter(created__gte=datetime.combine(last + timedelta(days=1), time.min, tzinfo=UTC))
    counts = MergeCount.objects.filter(day__gt=last).order_by("day", "pk").values_list("day", flat=True)
    made, counted = merges.first(), counts.first()
    starts = [*([made.astimezone(UTC).date()] if made else []), *([counted] if counted else [])]
    return [min(starts) + timedelta(days=n) for n in range(DAYS_AT_ONCE)] if starts else []


@transaction.atomic
def _count_day(day: date) -> bool:
    """Whether other counts were stored."""
    # The clock and a rebuild may come to one day at the same moment.
    list(CountedMerges.objects.select_for_update())
    counts = Counter(_active_on(day)) + Counter(_undone_on(day))
    stored = MergeCount.objects.filter(day=day)
    if counts == {(row.made_by, row.number, row.wait): row.merges for row in stored}:
        return False
    stored.delete()
    MergeCount.objects.bulk_create(
        MergeCount(day=day, made_by=made_by, number=number, wait=wait, merges=merges)
        for (made_by, number, wait), merges in counts.items()
    )
    return True


def _active_on(day: date) -> dict[Key, int]:
    active = _made_on(day, is_undone=False).values_list("via", "by", "rule").annotate(number=Count("pk")).order_by()
    counts: Counter[Key] = Counter()
    for via, by, rule, number in active:
        counts[*maker(via, by, rule), MergeCount.ACTIVE] += number
    return counts


def _undone_on(day: date) -> Iterator[Key]:
    undone = _made_on(day, is_undone=True).values_list("via", "by", "rule", "created", "undone_at")
    for via, by, rule, created, undone_at in undone.iterator():
        yield (*maker(via, by, rule), place_of((undone_at or created) - created))


def _made_on(day: date, *, is_undone: bool) -> QuerySet[Merge]:
    begin = datetime.combine(day, time.min, tzinfo=UTC)
    return Merge.objects.filter(
        created__gte=begin, created__lt=begin + timedelta(days=1), undone_at__isnull=not is_undone
    )


def maker(via: str, by: int | None, rule: int | None) -> tuple[str, int]:
    """Who made a merge: the kind, and the number of the user or the rule."""
    if rule:
        return MergedBy.RULE, rule
    return (MergedBy.API if via == Via.API or by is None else MergedBy.USER), by or 0
