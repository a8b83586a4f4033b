"""What the page of quality shows: merges and undos of a time, in total, by week, and by who made them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.contrib.auth import get_user_model
from django.db.models import Count, QuerySet, Sum
from django.utils.http import urlencode

from customers.lib.dates import end_of_day, start_of_day
from customers.lib.shares import percent, wilson_lower_bound
from customers.merging.recent import Week
from customers.models import CountedMerges, MergeCount, MergedBy, MergeRule, MergeVerdict, SampledMerge
from customers.review.counts import maker, wait_at

LIMIT = 5
"""Percent of undone merges, above which a share is marked."""
Maker = tuple[str, int]


@dataclass(frozen=True)
class ReviewedPeriod:
    """Days in UTC, both included; `made_by` narrows it to merges of one kind."""

    since: date
    until: date
    made_by: str = ""


@dataclass
class Figures:
    """`waits` are {place on the scale of `counts`: undone merges}, `verdicts` {verdict: sampled merges}."""

    merges: int = 0
    waits: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    verdicts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def undone(self) -> int:
        return sum(self.waits.values())

    @property
    def share(self) -> float:
        return 100 * self.undone / self.merges if self.merges else 0.0

    @property
    def percent(self) -> str:
        return percent(self.undone, self.merges)

    @property
    def is_over(self) -> bool:
        return self.share > LIMIT

    @property
    def median_wait(self) -> timedelta | None:
        """About; None without an undo."""
        passed = 0
        for place, number in sorted(self.waits.items()):
            passed += number
            if 2 * passed >= self.undone:
                return wait_at(place)
        return None

    @property
    def right(self) -> int:
        return self.verdicts[MergeVerdict.RIGHT]

    @property
    def wrong(self) -> int:
        return self.verdicts[MergeVerdict.WRONG]

    @property
    def judged(self) -> int:
        return self.right + self.wrong

    @property
    def unsure(self) -> int:
        return self.verdicts[MergeVerdict.UNSURE]

    @property
    def right_at_least(self) -> str:
        """The lower bound of Wilson's interval."""
        return f"{100 * wilson_lower_bound(self.right, self.judged):.0f}%" if self.judged else ""


@dataclass(frozen=True)
class MakerRow:
    """A user, a rule or an API client with what they merged. `query` is of their merges in the history."""

    name: str
    kind: str
    figures: Figures
    query: str


@dataclass(frozen=True)
class MergeQuality:
    total: Figures
    rows: Sequence[MakerRow]
    weeks: Sequence[Week]
    counted_until: datetime | None


def quality(period: ReviewedPeriod) -> MergeQuality:
    total, makers = Figures(), defaultdict[Maker, Figures](Figures)
    rows = _counts(period).values_list("made_by", "number", "wait").annotate(sum=Sum("merges")).order_by()
    for made_by, number, wait, merges in rows:
        for figures in (total, makers[made_by, number]):
            figures.merges += merges
            if wait != MergeCount.ACTIVE:
                figures.waits[wait] += merges
    for made_by_number, verdict, answers in _answers(period):
        for figures in (total, makers[made_by_number]):
            figures.verdicts[verdict] += answers
    counted = CountedMerges.objects.first()
    return MergeQuality(total, _named(makers, period), _weeks(period), counted.until if counted else None)


def _counts(period: ReviewedPeriod) -> QuerySet[MergeCount]:
    counts = MergeCount.objects.filter(day__gte=period.since, day__lte=period.until)
    return counts.filter(made_by=period.made_by) if period.made_by else counts


def _answers(period: ReviewedPeriod) -> Iterator[tuple[Maker, str, int]]:
    """By the day of the answer."""
    answers = SampledMerge.objects.filter(at__gte=start_of_day(period.since), at__lt=end_of_day(period.until))
    rows = answers.values_list("merge__via", "merge__by", "merge__rule", "verdict").annotate(number=Count("pk"))
    for via, by, rule, verdict, number in rows.order_by():
        made_by = maker(via, by, rule)
        if period.made_by in ("", made_by[0]):
            yield made_by, verdict, number


def _named(makers: Mapping[Maker, Figures], period: ReviewedPeriod) -> list[MakerRow]:
    users = get_user_model().objects.in_bulk([number for kind, number in makers if kind != MergedBy.RULE])
    rules = MergeRule.objects.in_bulk([number for kind, number in makers if kind == MergedBy.RULE])
    rows = []
    for (kind, number), figures in makers.items():
        named = rules.get(number) if kind == MergedBy.RULE else users.get(number)
        filters = {"rule" if kind == MergedBy.RULE else "by": str(number or "api")}
        if kind == MergedBy.API and number:
            filters["via"] = "api"
        query = urlencode({**filters, "since": str(period.since), "until": str(period.until)})
        rows.append(MakerRow(str(named or "API client"), SINGULAR[MergedBy(kind)], figures, query))
    return sorted(rows, key=lambda row: (-row.figures.share, -row.figures.wrong, -row.figures.merges, row.name))


SINGULAR = {MergedBy.USER: "User", MergedBy.RULE: "Rule", MergedBy.API: "API client"}


def _weeks(period: ReviewedPeriod) -> list[Week]:
    """From Monday on. The undos are of merges made in the week."""
    merges: defaultdict[date, int] = defaultdict(int)
    undone: defaultdict[date, int] = defaultdict(int)
    for day, wait, number in _counts(period).values_list("day", "wait").annotate(sum=Sum("merges")).order_by():
        monday = day - timedelta(days=day.weekday())
        merges[monday] += number
        if wait != MergeCount.ACTIVE:
            undone[monday] += number
    first = period.since - timedelta(days=period.since.weekday())
    mondays = [first + timedelta(weeks=n) for n in range((period.until - first).days // 7 + 1)]
    return [Week(monday, merges[monday], undone[monday]) for monday in mondays]
