"""Merges and undos by week, counted through their indexes and never further than MOST: a plot of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.utils.formats import date_format
from django.utils.translation import ngettext

from customers.lib.dates import start_of_day
from customers.models import Merge, MergeMember
from customers.records.counts import MOST, CappedCount

WEEKS = 16
# Of a drawing that is 352 wide and 122 high, which template and styles say as well.
STEP, BAR = 22, 16
MIDDLE, TALLEST, DEEPEST = 72, 56, 20


@dataclass(frozen=True)
class Week:
    """One week, from its Monday where the reader is."""

    monday: date
    merges: int
    undos: int

    @property
    def text(self) -> str:
        merges = ngettext("%(number)s merge", "%(number)s merges", self.merges) % {"number": _capped(self.merges)}
        undos = ngettext("%(number)s undo", "%(number)s undos", self.undos) % {"number": _capped(self.undos)}
        return f"Week of {date_format(self.monday)}: {merges}, {undos}"


@dataclass(frozen=True)
class Bar:
    """A week as it is drawn: merges up from the middle, undos down."""

    week: Week
    x: int
    up: int
    down: int
    label: str
    anchor: str
    label_x: int
    width: int = BAR

    @property
    def y(self) -> int:
        return MIDDLE - self.up

    @property
    def center(self) -> int:
        return self.x + BAR // 2

    @property
    def above(self) -> int:
        return self.y - 4

    @property
    def below(self) -> int:
        return MIDDLE + 1 + self.down + 10


def weeks(*, today: date) -> list[Week]:
    """The last WEEKS, the one of `today` last."""
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -2, -1)]
    bounds = [start_of_day(each) for each in mondays]
    counts = {}
    for number, (first, end) in enumerate(pairwise(bounds)):
        made = Merge.objects.filter(created__gte=first, created__lt=end).order_by()
        undone = MergeMember.objects.filter(undone_at__gte=first, undone_at__lt=end).order_by()
        counts[f"made_{number}"] = CappedCount(made.values("pk")[: MOST + 1])
        # A part taken back for several at once is one undo.
        counts[f"undone_{number}"] = CappedCount(undone.values("merge", "undone_at").distinct()[: MOST + 1])
    # All in one statement; what is counted does not depend on the row that it is asked of, the first merge ever.
    rows = Merge.objects.order_by("pk").annotate(**counts).values_list(*counts)[:1]
    found = iter(next(iter(rows), [0] * len(counts)))
    return [Week(each, next(found), next(found)) for each in mondays[:-1]]


def bars(shown: Sequence[Week]) -> list[Bar]:
    most = max(max(week.merges, week.undos) for week in shown) or 1
    return [_bar(week, number, most) for number, week in enumerate(shown)]


def _bar(week: Week, number: int, most: int) -> Bar:
    """Every fifth week is dated, from the last back; the dates at both ends stay inside."""
    x = number * STEP + (STEP - BAR) // 2
    anchor, label_x = {0: ("start", x), WEEKS - 1: ("end", x + BAR)}.get(number, ("middle", x + BAR // 2))
    label = date_format(week.monday, "j M") if (WEEKS - 1 - number) % 5 == 0 else ""
    return Bar(week, x, _length(week.merges, most, TALLEST), _length(week.undos, most, DEEPEST), label, anchor, label_x)


def _length(count: int, most: int, longest: int) -> int:
    """Something can be seen of one."""
    return max(3, count * longest // most) if count else 0


def _capped(number: int) -> str:
    return f"{MOST:,}+" if number > MOST else f"{number:,}"
