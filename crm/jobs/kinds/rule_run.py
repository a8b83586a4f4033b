"""A rule over all customers as a job. A chunk merges one group, so that each merge is done once or not at all.

What it merges is found again under the locks, so groups that were found before wait in the cursor without harm.
"""

from django.urls import reverse

from crm.jobs.kind import JobKind, Step, register
from crm.jobs.models import Job
from crm.jobs.rule_turns import tell_owner
from customers.lib.errors import ActionError
from customers.models import MergeRule
from customers.models.rule import FindingOutcome, RuleState
from customers.permissions import MANAGE_RULES
from customers.rules.apply import merge_group
from customers.rules.candidates import customers_from
from customers.rules.findings import keep_finding
from customers.rules.groups import groups_around
from customers.rules.limits import stop_if_over
from customers.rules.outcomes import outcome_of

AT_ONCE = 100
"""Values whose customers are looked at in one chunk."""
MERGED = "Groups merged"


def rule_chunk(job: Job) -> Step:
    rule = MergeRule.objects.get(pk=job.parameters["rule"])
    if rule.state != RuleState.ON:
        raise ActionError(f"The rule is {rule.get_state_display().lower()}. What it merged stays merged.")
    if stop_if_over(rule):
        tell_owner(rule)
        return Step(job.cursor, is_last=True)
    waiting = list(job.cursor.get("groups", []))
    if waiting:
        merge = merge_group(rule, waiting.pop(0))
        return _step(job.cursor.get("after"), waiting, counts={MERGED: 1} if merge else {})
    after = job.cursor.get("after", [])
    if after is None:
        return Step({}, is_last=True)
    customers, following = customers_from(rule, after, most=AT_ONCE)
    for group in groups_around(rule, customers):
        outcome = outcome_of(rule, group)
        if outcome and outcome.outcome == FindingOutcome.MERGE:
            waiting.append(list(outcome.customers))
        elif outcome:
            keep_finding(rule, outcome)
    return _step(following, waiting, done=len(customers))


def _step(after: object, groups: list[list[int]], *, done: int = 0, counts: dict[str, int] | None = None) -> Step:
    is_last = after is None and not groups
    return Step({"after": after, "groups": groups}, is_last=is_last, done=done, counts=counts or {})


RULE_RUN = register(
    JobKind(
        "rule_run",
        "Merge by a rule",
        (MANAGE_RULES,),
        rule_chunk,
        page=lambda job: reverse("rules:detail", args=[job.parameters["rule"]]),
    )
)
