"""What the page of a back-test shows: its figures, its sample, and the pairs that staff decided otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from customers.lib.shares import wilson_lower_bound
from customers.models import Customer, NotDuplicate
from customers.models.merge import Merge
from customers.models.rule import BackTest
from customers.rules.findings import counts_of, live_customers


@dataclass(frozen=True)
class Differing:
    """A pair that the rule would have merged and staff did not. `mark` or `merge` is their decision."""

    one: Customer
    other: Customer
    mark: NotDuplicate | None
    merge: Merge | None


@dataclass(frozen=True)
class Sampled:
    number: int
    customers: Sequence[Customer]
    answer: str

    @property
    def names(self) -> str:
        return ", ".join(customer.name_with_number for customer in self.customers)


@dataclass(frozen=True)
class BackTestPage:
    test: BackTest
    differing: Sequence[Differing]
    sample: Sequence[Sampled]
    found: Mapping[str, int]

    @property
    def decided(self) -> int:
        return self.test.merged + self.wrong

    @property
    def wrong(self) -> int:
        return self.test.marked + self.test.undone

    @property
    def agreed_percent(self) -> str:
        return f"{100 * self.test.merged / self.decided:.1f}%" if self.decided else ""

    @property
    def wrong_percent(self) -> float:
        return round(100 * self.wrong / self.decided, 1) if self.decided else 0.0

    @property
    def correct_at_least(self) -> str:
        """The lower bound of Wilson's interval."""
        return f"{100 * wilson_lower_bound(self.test.merged, self.decided):.1f}%" if self.decided else ""

    @property
    def would_stop_itself(self) -> bool:
        return self.wrong_percent > self.test.rule.stop_above

    @property
    def answered(self) -> int:
        return sum(1 for sampled in self.sample if sampled.answer)

    @property
    def left(self) -> int:
        return sum(number for outcome, number in self.found.items() if outcome != "merge")


def back_test_page(test: BackTest, *, most: int) -> BackTestPage:
    shown = test.differing[:most]
    pairs = [pair[:2] for pair in shown]
    chosen = Customer.objects.select_related("merged_into").in_bulk({pk for pair in pairs for pk in pair})
    marks = NotDuplicate.objects.select_related("by").in_bulk([row[3] for row in shown if row[2] == "marked"])
    merges = Merge.objects.select_related("undone_by").in_bulk([row[3] for row in shown if row[2] == "undone"])
    differing = [
        Differing(
            chosen[one],
            chosen[other],
            marks.get(number) if decision == "marked" else None,
            merges.get(number) if decision == "undone" else None,
        )
        for one, other, decision, number in shown
        if one in chosen and other in chosen
    ]
    live = live_customers(test.sample)
    sample = [
        Sampled(number, [live[pk] for pk in group if pk in live], test.answers.get(str(number), ""))
        for number, group in enumerate(test.sample)
    ]
    return BackTestPage(test, differing, sample, counts_of(test.rule)[test.rule_id])
