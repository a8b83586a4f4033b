"""Merge rules with their last seven days: those on the list, and one on its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from customers.models import MergeRule
from customers.models.rule import FindingOutcome, RuleState
from customers.rules.findings import counts_of
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
