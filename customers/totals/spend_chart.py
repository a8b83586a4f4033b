"""A plot of spending as numbers that a template puts into the attributes of an SVG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date
from itertools import groupby

from customers.lib.bars import Bar, bars
from customers.lib.dates import format_day
from customers.lib.money import format_amount, from_minor_units
from customers.lib.phrases import join_words
from customers.models import Merge
from customers.models.totals import month_of
from customers.totals.spend import Month, Spending

WIDTH, HEIGHT = 320.0, 84.0
# From top to bottom: the numbers of merges, the value of the highest bar, the bars, the months.
NUMBERS, HIGHEST, BASE = 9.0, 26.0, 68.0
LETTER = 5.6
EDGE = 12 * LETTER  # a year here would run into the month at the edge


@dataclass(frozen=True)
class SpendBar:
    """`y` and `height` of what was kept, `refund_y` and `refund` of what was refunded, which stands on it."""

    x: float
    width: float
    y: float
    height: float
    refund_y: float
    refund: float
    text: str


@dataclass(frozen=True)
class Mark:
    """A line for the merges of one month; no label where it would run into the one before."""

    x: float
    label: str
    label_x: float


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    anchor: str = "middle"


class Plot:
    """Bars by month with the merges marked."""

    def __init__(self, spending: Spending) -> None:
        self.spending = spending
        self.step = WIDTH / len(spending.months)
        self.most = max(month.amount for month in spending.months)

    def amount(self, minor: int) -> str:
        return format_amount(from_minor_units(minor, self.spending.currency), self.spending.currency)

    @property
    def bars(self) -> list[SpendBar]:
        months = self.spending.months
        # What is below zero, where credits are more than what was bought, is a line; its text says how much.
        amounts = [month.amount for month in months]
        places = bars(amounts, width=WIDTH, base=BASE, end=HIGHEST, most=self.most, gap=0.3, shortest=1)
        return [self._bar(bar, month) for bar, month in zip(places, months, strict=True) if month.amount]

    def _bar(self, bar: Bar, month: Month) -> SpendBar:
        refund = bar.height * min(month.refunded / month.amount, 1) if month.amount > 0 else 0
        return SpendBar(
            x=bar.x,
            width=bar.width,
            y=round(bar.y + refund, 2),
            height=round(bar.height - refund, 2),
            refund_y=bar.y,
            refund=round(refund, 2),
            text=self._sentence(month),
        )

    @property
    def peak(self) -> Label | None:
        """The value of the highest bar, above it."""
        if self.most <= 0:
            return None
        n = next(n for n, month in enumerate(self.spending.months) if month.amount == self.most)
        text = self.amount(self.most)
        return Label(_within((n + 0.5) * self.step, text), HIGHEST - 3, text)

    @property
    def months(self) -> list[Label]:
        """The first and the last month, and the years that begin between them."""
        step, y = self.spending.months, HEIGHT - 4
        between = [
            Label(round((n + 0.5) * self.step, 2), y, str(month.first.year))
            for n, month in enumerate(step)
            if month.first.month == 1 and EDGE < (n + 0.5) * self.step < WIDTH - EDGE
        ]
        return [Label(0, y, named(step[0].first), "start"), *between, Label(WIDTH, y, named(step[-1].first), "end")]

    @property
    def marks(self) -> Iterator[Mark]:
        """The merges of each month, by number."""
        taken = 0.0
        for _, group in groupby(self.spending.merges, key=lambda merge: month_of(merge.created)):
            merges = list(group)
            label = ", ".join(str(merge.pk) for merge in merges) if len(merges) < 3 else f"{len(merges)} merges"
            x, label_x = self._place(merges[0]), _within(self._place(merges[0]), label)
            is_free = label_x - len(label) * LETTER / 2 >= taken
            if is_free:
                taken = label_x + (len(label) + 1) * LETTER / 2
            yield Mark(x, label if is_free else "", label_x)

    def _place(self, merge: Merge) -> float:
        n = next((n for n, m in enumerate(self.spending.months) if m.first == month_of(merge.created)), 0)
        return round((n + merge.created.astimezone(UTC).day / 32) * self.step, 2)

    @property
    def text(self) -> str:
        """All values, for who does not see the plot."""
        spending = self.spending
        parts = [self._sentence(month) for month in spending.months if month.orders]
        if spending.before:
            parts.insert(0, f"Before {self._sentence(spending.before)}")
        if merges := [f"{merge} on {format_day(merge.created)}" for merge in spending.merges]:
            parts.append(f"Merges: {join_words(merges)}")
        return ". ".join([f"Spend by month in {spending.currency}", *parts, "No spend in the other months"])

    def _sentence(self, month: Month) -> str:
        if month.refunded:
            return f"{named(month.first)}: {self.amount(month.amount)}, refunded {self.amount(month.refunded)}"
        return f"{named(month.first)}: {self.amount(month.amount)}"

    @property
    def before(self) -> str:
        """What came before the first month, if anything did."""
        before = self.spending.before
        return f"{self.amount(before.amount)} before {named(before.first)}" if before else ""

    @property
    def has_refunds(self) -> bool:
        return any(month.refunded for month in self.spending.months)


def named(first: date) -> str:
    return f"{first:%b %Y}"


def _within(x: float, text: str) -> float:
    """`x`, moved so that a text centred there does not run over an edge."""
    half = len(text) * LETTER / 2
    return round(min(max(x, half), WIDTH - half), 2)
