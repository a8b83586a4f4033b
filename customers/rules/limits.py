"""A rule stops itself when too many of its merges are undone.

What counts are the customers that it merged, or that were restored, in the last seven days: from FEWEST_MERGES merged
ones on, or from FEWEST_UNDONE restored ones. Whom staff restored before they turned the rule on again does not count:
else a rule that was mended would stop itself at once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from customers.lib.audit import AuditAction, audit_entry
from customers.models import MergeMember, MergeRule
from customers.models.rule import MergeRuleChange, RuleState

WEEK = timedelta(days=7)
FEWEST_MERGES, FEWEST_UNDONE = 20, 3


@dataclass(frozen=True)
class WeekOfRule:
    """Customers merged by a rule, and how many of them are restored, in seven days."""

    merged: int = 0
    undone: int = 0

    @property
    def percent(self) -> Decimal:
        return (100 * Decimal(self.undone) / self.merged).quantize(Decimal("0.1")) if self.merged else Decimal()

    def exceeds(self, limit: Decimal) -> bool:
        is_enough = self.merged >= FEWEST_MERGES or self.undone >= FEWEST_UNDONE
        return is_enough and self.percent > limit


def weeks_of(rules: Collection[MergeRule]) -> dict[int, WeekOfRule]:
    """{rule: its last seven days}."""
    since = timezone.now() - WEEK
    recent = MergeMember.objects.filter(Q(merge__created__gte=since) | Q(undone_at__gte=since), merge__rule__in=rules)
    recent = recent.exclude(merge__rule__state=RuleState.ON, undone_at__lt=F("merge__rule__state_at"))
    rows = recent.values_list("merge__rule").annotate(
        merged=Count("pk"), undone=Count("pk", filter=Q(undone_at__gte=since))
    )
    weeks = {rule: WeekOfRule(merged, undone) for rule, merged, undone in rows.order_by()}
    return {rule.pk: weeks.get(rule.pk, WeekOfRule()) for rule in rules}


def stop_if_over(rule: MergeRule) -> bool:
    """Whether the rule has stopped itself now."""
    week = weeks_of([rule])[rule.pk]
    if not week.exceeds(rule.stop_above):
        return False
    reason = (
        f"{week.undone} of {week.merged} customers merged in the last 7 days were restored"
        f" ({week.percent}%; the limit is {rule.stop_above}%)."
    )
    with transaction.atomic():
        running = MergeRule.objects.filter(pk=rule.pk, state=RuleState.ON)
        if not running.update(state=RuleState.STOPPED, state_at=timezone.now(), stopped_because=reason):
            return False
        MergeRuleChange.objects.create(rule=rule, text=f"Stopped itself: {reason}")
        audit_entry(AuditAction.MATCHING, f"Rule “{rule}” stopped itself: {reason}", by=None).save()
    rule.refresh_from_db()
    return True
