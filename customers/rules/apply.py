"""Merging a group by a rule: an ordinary merge, made by no user, that names its rule."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from customers.lib.errors import ActionError
from customers.locks import lock
from customers.matching.likely.agreement import agree_as_scored
from customers.merging.merge import merge_customers
from customers.merging.plan import MergeError, plan_merge
from customers.models import Merge, MergeRule, Via
from customers.models.rule import FindingOutcome, RuleState
from customers.rules.findings import drop_findings, keep_finding
from customers.rules.groups import group_of
from customers.rules.outcomes import GroupOutcome, outcome_of

REFUSED = "The merge was refused: {reason}"


class NotRunningError(ActionError):
    def __init__(self, rule: MergeRule) -> None:
        super().__init__(f"Nothing was merged: the rule is {rule.get_state_display().lower()}.")


@transaction.atomic
def merge_group(rule: MergeRule, customers: Collection[int]) -> Merge | None:
    """Merge them if they still satisfy the rule, which is compared again under the locks; None if they do not.

    Those who changed since they were scored wait until they are, where the rule needs a probability.

    NotRunningError if the rule was switched off or changed meanwhile.
    """
    # Whoever switches the rule off, or changes it, waits for this merge, and no other follows.
    current = MergeRule.objects.select_for_update(no_key=True, of=("self",)).get(pk=rule.pk)
    if current.state != RuleState.ON or current.version != rule.version:
        raise NotRunningError(current)
    locked = lock(customers)
    if len(locked) < 2 or not all(customer.is_live for customer in locked.values()):
        return None
    if rule.least_probability is not None and not agree_as_scored(locked):
        return None
    outcome = outcome_of(rule, group_of(rule, locked.keys()))
    if outcome is None or outcome.outcome != FindingOutcome.MERGE:
        if outcome is not None:
            keep_finding(rule, outcome)
        return None
    return _merge(rule, outcome)


def _merge(rule: MergeRule, outcome: GroupOutcome) -> Merge | None:
    customers = lock(outcome.customers)
    duplicates = [customer for pk, customer in customers.items() if pk != outcome.survivor]
    try:
        with transaction.atomic():
            plan = plan_merge(customers[outcome.survivor], duplicates, outcome.choices)
            merge = merge_customers(plan, by=None, via=Via.RULE, rule=rule)
    except MergeError as error:
        reason = REFUSED.format(reason=error)[:200]
        keep_finding(rule, GroupOutcome(outcome.customers, FindingOutcome.CONFLICT, reason))
        return None
    drop_findings(rule, outcome.customers)
    return merge
