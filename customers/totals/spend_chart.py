"""The chart of spend by month: the numbers and texts that a template puts into an SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from itertools import groupby

from django.utils.translation import ngettext

from customers.lib.bars import Bar, bars
from customers.lib.dates import format_day
from customers.lib.money import format_amount, from_minor_units
from customers.lib.phrases import join_words
from customers.models import Merge
from customers.models.totals import month_of
from customers.totals.spend import Month, SpendByMonth

WIDTH, HEIGHT = 320.0, 84.0
# The top of the highest bar, and the line on which the bars stand. Above are merges and a value, below the months.
HIGHEST, BASE = 26.0, 68.0
LETTER = 5.6  # the width of a letter, about
EDGE = 12 * LETTER  # nearer to an edge, the label of a year would overlap that of the first or last month


@dataclass(frozen=True)
class SpendBar:
    """One month: `y` and `height` of the net amount, on top of it `refund_y` and `refund` of the refunds."""

    x: float
    width: float
    y: float
    height: float
    refund_y: float
    refund: float
    text: str


@dataclass(frozen=True)
class Mark:
    """A line for the merges of one month; `label` is "" where it would overlap the previous one."""

    x: float
    label: str
    label_x: float


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    anchor: str = "middle"


class SpendChart:
    def __init__(self, spend: SpendByMonth) -> None:
        self.spend = spend
        self.step = WIDTH / len(spend.months)
        self.most = max(month.amount for month in spend.months)

    def amount(self, minor: int) -> str:
        return format_amount(from_minor_units(minor, self.spend.currency), self.spend.currency)

    @property
    def bars(self) -> list[SpendBar]:
        months = self.spend.months
        # An amount below zero, where credits exceed what was bought, is a thin bar; its text says how much.
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
            text=self._month_text(month),
        )

    @property
    def peak(self) -> Label | None:
        if self.most <= 0:
            return None
        n = next(n for n, month in enumerate(self.spend.months) if month.amount == self.most)
        text = self.amount(self.most)
        return Label(_within((n + 0.5) * self.step, text), HIGHEST - 3, text)

    @property
    def months(self) -> list[Label]:
        months, y = self.spend.months, HEIGHT - 4
        years = [
            Label(round((n + 0.5) * self.step, 2), y, str(month.first.year))
            for n, month in enumerate(months)
            if month.first.month == 1 and EDGE < (n + 0.5) * self.step < WIDTH - EDGE
        ]
        first, last = month_name(months[0].first), month_name(months[-1].first)
        return [Label(0, y, first, "start"), *years, Label(WIDTH, y, last, "end")]

    @property
    def marks(self) -> Iterator[Mark]:
        end = 0.0  # of the label before
        for _, group in groupby(self.spend.merges, key=lambda merge: month_of(merge.created)):
            merges = list(group)
            label = _label(merges)
            x, label_x = self._place(merges[0]), _within(self._place(merges[0]), label)
            has_room = label_x - len(label) * LETTER / 2 >= end
            if has_room:
                end = label_x + (len(label) + 1) * LETTER / 2
            yield Mark(x, label if has_room else "", label_x)

    def _place(self, merge: Merge) -> float:
        n = next((n for n, m in enumerate(self.spend.months) if m.first == month_of(merge.created)), 0)
        return round((n + merge.created.astimezone(UTC).day / 32) * self.step, 2)

    @property
    def text(self) -> str:
        # For screen readers.
        spend = self.spend
        parts = [self._month_text(month) for month in spend.months if month.orders]
        if spend.before:
            parts.insert(0, self._before_text(spend.before))
        if merges := [f"{merge} on {format_day(merge.created)}" for merge in spend.merges]:
            parts.append(f"Merges: {join_words(merges)}")
        return ". ".join([f"Spend by month in {spend.currency}", *parts, "No spend in the other months"])

    def _month_text(self, month: Month) -> str:
        name, amount, refunded = month_name(month.first), self.amount(month.amount), self.amount(month.refunded)
        return f"{name}: {amount}, refunded {refunded}" if month.refunded else f"{name}: {amount}"

    def _before_text(self, month: Month) -> str:
        name, amount, refunded = month_name(month.first), self.amount(month.amount), self.amount(month.refunded)
        return f"Before {name}: {amount}, refunded {refunded}" if month.refunded else f"Before {name}: {amount}"

    @property
    def before(self) -> str:
        """Such as “5.00 before Apr 2023”; "" without spend before the first month."""
        before = self.spend.before
        return f"{self.amount(before.amount)} before {month_name(before.first)}" if before else ""

    @property
    def has_refunds(self) -> bool:
        return any(month.refunded for month in self.spend.months)


def month_name(first: date) -> str:
    return f"{first:%b %Y}"


def _label(merges: Sequence[Merge]) -> str:
    if len(merges) < 3:
        return ", ".join(str(merge.pk) for merge in merges)
    return ngettext("%(number)s merge", "%(number)s merges", len(merges)) % {"number": len(merges)}


def _within(x: float, text: str) -> float:
    half = len(text) * LETTER / 2
    return round(min(max(x, half), WIDTH - half), 2)
