"""What the pages of rules show: each rule with its last seven days, and a back-test with its customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from customers.lib.shares import wilson_lower_bound
from customers.models import Customer, MergeRule, NotDuplicate
from customers.models.merge import Merge
from customers.models.rule import BackTest, FindingOutcome, RuleState
from customers.rules.findings import counts_of, live_customers
from customers.rules.limits import WeekOfRule, weeks_of
from customers.rules.words import rule_in_words

MOST_CHANGES = 10


@dataclass(frozen=True)
class RuleRow:
    rule: MergeRule
    week: WeekOfRule
    found: Mapping[str, int]
    """{outcome: groups} of its last back-test and since."""

    @property
    def figures(self) -> list[tuple[str, int]]:
        return [(str(label), self.found[outcome]) for outcome, label in FindingOutcome.choices]

    @property
    def words(self) -> Sequence[str]:
        return rule_in_words(self.rule)

    @property
    def scale(self) -> float:
        """Where the bar of the share undone ends: twice the limit, so that the limit is in its middle."""
        return float(2 * self.rule.stop_above)

    @property
    def is_over(self) -> bool:
        return self.week.percent > self.rule.stop_above


def rule_rows() -> list[RuleRow]:
    """Those that stopped themselves first."""
    rules = list(MergeRule.objects.filter(deleted_at=None).select_related("kept_source"))
    weeks, counts = weeks_of(rules), counts_of(*rules)
    rows = [RuleRow(rule, weeks[rule.pk], counts[rule.pk]) for rule in rules]
    return sorted(rows, key=lambda row: row.rule.state != RuleState.STOPPED)


def rule_row(rule: MergeRule) -> RuleRow:
    return RuleRow(rule, weeks_of([rule])[rule.pk], counts_of(rule)[rule.pk])


def stopped_rules() -> list[MergeRule]:
    return list(MergeRule.objects.filter(state=RuleState.STOPPED, deleted_at=None))


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
