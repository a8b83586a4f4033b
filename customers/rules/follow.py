"""Rules that are on, or in a dry run, look at customers who changed, and so at new ones, within a minute."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime

from customers.matching.evidence.keys import note_customers
from customers.matching.likely.rescore import scored_to
from customers.models import MergeRule
from customers.models.rule import FindingOutcome, RuleState
from customers.records.changed_customers import changed_customers
from customers.rules.apply import NotRunningError, merge_group
from customers.rules.findings import drop_answered_findings, keep_finding
from customers.rules.groups import RuleGroup, groups_around
from customers.rules.limits import stop_if_over
from customers.rules.outcomes import outcome_of

MOST_CHANGED = 100
TURN = 20.0
"""Seconds, in which all rules have their turn; the clock asks again soon."""


@dataclass
class Followed:
    """What rules did. `stopped` are those that stopped themselves."""

    customers: int = 0
    merges: int = 0
    stopped: list[MergeRule] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.customers} customers looked at, {self.merges} merges." if self.customers else ""


def follow_changes() -> Followed:
    followed, ends = Followed(), time.monotonic() + TURN
    drop_answered_findings()
    for rule in MergeRule.objects.filter(state__in=[RuleState.ON, RuleState.DRY_RUN], deleted_at=None).order_by("pk"):
        is_behind = True
        while is_behind and time.monotonic() < ends:
            try:
                is_behind = _follow(rule, followed)
            except NotRunningError:
                is_behind = False
    return followed


def _follow(rule: MergeRule, followed: Followed) -> bool:
    """Look at the customers who changed next; whether there are more."""
    if _stops(rule, followed):
        return False
    if rule.looked_to is None:
        rule.looked_to = rule.state_at
    changed = changed_customers(rule.looked_to, most=MOST_CHANGED, until=_ready_to(rule))
    note_customers(changed.pks)
    for group in groups_around(rule, changed.pks):
        if _stops(rule, followed):
            return False
        followed.merges += settle_group(rule, group)
    followed.customers += len(changed.pks)
    MergeRule.objects.filter(pk=rule.pk, version=rule.version).update(looked_to=changed.up_to)
    rule.looked_to = changed.up_to
    return not changed.are_all


def _ready_to(rule: MergeRule) -> datetime | None:
    """Customers who changed after this are not scored yet, and wait if the rule needs a probability."""
    return None if rule.least_probability is None else scored_to() or rule.looked_to


def _stops(rule: MergeRule, followed: Followed) -> bool:
    if rule.state == RuleState.ON and stop_if_over(rule):
        followed.stopped.append(rule)
    return rule in followed.stopped


def settle_group(rule: MergeRule, group: RuleGroup) -> bool:
    """Merge it, in a dry run note what would become of it; whether it is merged."""
    outcome = outcome_of(rule, group)
    if outcome is None:
        return False
    if rule.state == RuleState.ON and outcome.outcome == FindingOutcome.MERGE:
        return merge_group(rule, outcome.customers) is not None
    keep_finding(rule, outcome)
    return False
