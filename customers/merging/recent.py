"""Recent merges and undos on Home, and their numbers in the last weeks.

Weeks are counted through the indexes on `created` and `undone_at`, up to MOST.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import attrgetter

from django.db import connection
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import ngettext

from customers.lib.bars import Bar, bars
from customers.lib.dates import start_of_day
from customers.lib.numbers import capped_count
from customers.lib.phrases import join_words
from customers.merging.names_then import fill_names, fill_names_of
from customers.models import Merge, MergeMember
from customers.records.counts import MOST, CappedCount
from customers.statements.prepared import Prepared, Slot

SHOWN = 8
WEEKS = 16
# Of the chart in `_start_weeks.html`, from top to bottom.
WIDTH, HIGHEST, BASE, LOWEST = 352, 16, 72, 93
# Of one undo. Further members are only on the page of the merge.
MOST_MEMBERS = 5


@dataclass(frozen=True)
class RecentAct:
    """A merge, or the undo of a merge or of a part of it.

    `duplicates` have their names at the merge. `by` is a user or a rule, None for an API client or an unknown user.
    """

    merge: Merge
    duplicates: str
    at: datetime
    is_undo: bool
    by: object | None


_newest_merges = Prepared(
    lambda: Merge.objects.select_related("survivor", "by", "rule").order_by("-created", "-pk")[:SHOWN]
)
_members_of = Prepared(
    lambda merges: MergeMember.objects.filter(merge__in=merges).select_related("duplicate").order_by("duplicate")
)
# With `isnull=False`, SQLite too uses the partial index of undone members.
_newest_undone = Prepared(
    lambda: (
        MergeMember.objects.select_related("merge__survivor", "duplicate", "undone_by")
        .filter(undone_at__isnull=False)
        .order_by("-undone_at", "-pk")[: SHOWN * MOST_MEMBERS]
    )
)


def recent_acts() -> list[RecentAct]:
    return sorted([*_merges(), *_undos()], key=attrgetter("at"), reverse=True)[:SHOWN]


def _merges() -> list[RecentAct]:
    merges = list(_newest_merges())
    members = list(_members_of([merge.pk for merge in merges]))
    fill_names(merges, members)
    names = defaultdict(list)
    for member in members:
        names[member.merge_id].append(member.duplicate_then)
    return [
        RecentAct(merge, join_words(names[merge.pk]), merge.created, is_undo=False, by=merge.actor) for merge in merges
    ]


def _undos() -> list[RecentAct]:
    # Members restored at one moment were restored by one undo.
    undos: defaultdict[tuple[int, datetime], list[MergeMember]] = defaultdict(list)
    for member in _newest_undone():
        if member.undone_at:
            undos[member.merge_id, member.undone_at].append(member)
    latest = list(undos.items())[:SHOWN]
    fill_names_of([member for _, restored in latest for member in restored])
    return [
        RecentAct(
            restored[0].merge,
            join_words([member.duplicate_then for member in restored]),
            at,
            is_undo=True,
            by=restored[0].undone_by,
        )
        for (_, at), restored in latest
    ]


@dataclass(frozen=True)
class Week:
    """A week from its Monday in the time zone of the user."""

    monday: date
    merges: int
    undos: int

    @property
    def text(self) -> str:
        merges = ngettext("%(number)s merge", "%(number)s merges", self.merges) % {
            "number": capped_count(self.merges, MOST)
        }
        undos = ngettext("%(number)s undo", "%(number)s undos", self.undos) % {"number": capped_count(self.undos, MOST)}
        return f"Week of {date_format(self.monday)}: {merges}, {undos}"


@dataclass(frozen=True)
class WeekBars:
    """A week as it is drawn: a bar of merges up, one of undos down, and a date below some of them."""

    week: Week
    merges: Bar
    undos: Bar
    date: str

    @property
    def above(self) -> float:
        return self.merges.y - 4

    @property
    def below(self) -> float:
        return self.undos.bottom + 11


def merges_by_week(*, today: date) -> list[Week]:
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -2, -1)]
    bounds = [str(connection.ops.adapt_datetimefield_value(start_of_day(first))) for first in mondays]
    numbers = iter(next(iter(_counts_between(*bounds)), [0] * 2 * WEEKS))
    return [Week(first, next(numbers), next(numbers)) for first in mondays[:-1]]


def _counts(*bounds: Slot) -> QuerySet[Merge, tuple[int, ...]]:
    """The merges and the undos between every two of `bounds`, as columns of one row."""
    counts = {}
    for number, (first, end) in enumerate(pairwise(bounds)):
        merges = Merge.objects.filter(created__gte=first, created__lt=end).order_by()
        undone = MergeMember.objects.filter(undone_at__gte=first, undone_at__lt=end).order_by()
        counts[f"merges_{number}"] = CappedCount(merges.values("pk")[: MOST + 1])
        # An undo of several parts at once is one.
        counts[f"undos_{number}"] = CappedCount(undone.values("merge", "undone_at").distinct()[: MOST + 1])
    # Any row would do: the counts do not depend on it.
    return Merge.objects.order_by("pk").annotate(**counts).values_list(*counts)[:1]


_counts_between = Prepared(_counts)


def week_chart(weeks: Sequence[Week]) -> list[WeekBars]:
    # Both kinds of bars are scaled by the larger number. Every fifth week has its date, counted from the last.
    most = max(max(week.merges, week.undos) for week in weeks)
    up = _bars([week.merges for week in weeks], end=HIGHEST, most=most)
    down = _bars([week.undos for week in weeks], end=LOWEST, most=most)
    dates = [date_format(week.monday, "j M") if number % 5 == 0 else "" for number, week in enumerate(weeks)]
    return [WeekBars(*columns) for columns in zip(weeks, up, down, dates, strict=True)]


def _bars(numbers: Sequence[int], *, end: float, most: int) -> list[Bar]:
    return bars(numbers, width=WIDTH, base=BASE, end=end, most=most, gap=0.25, shortest=3)
