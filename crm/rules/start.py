"""Starting the jobs of rules: a back-test, and a run over all customers."""

from __future__ import annotations

from django.db import transaction

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.kinds.back_test import BACK_TEST
from crm.jobs.kinds.rule_run import RULE_RUN
from crm.jobs.models import UNFINISHED, Job
from customers.locks import get_locked
from customers.models import MergeRule
from customers.models.rule import RuleState
from customers.permissions import MERGE
from customers.rules.back_test import begin_back_test
from customers.rules.edit import RuleError
from customers.rules.switch import refuse_user, switch


@transaction.atomic
def start_back_test(rule: MergeRule, *, by: User) -> Job:
    """One at a time of a version; the rule is in a dry run from then on, if it was off."""
    rule = _lock(rule)
    if job := running_job(BACK_TEST.name, rule, version=rule.version):
        return job
    if rule.state == RuleState.OFF:
        rule = switch(rule, RuleState.DRY_RUN, by=by)
    test = begin_back_test(rule, by=by)
    parameters = {"rule": rule.pk, "version": rule.version, "test": test.pk}
    return start(BACK_TEST, parameters, by=by, about=f"Rule: {rule}")


@transaction.atomic
def start_run(rule: MergeRule, *, by: User) -> Job:
    """One at a time; RuleError unless the rule is on."""
    rule = _lock(rule)
    if rule.state != RuleState.ON:
        raise RuleError("Nothing was started. Turn the rule on first.")
    refuse_user(rule, by=by)
    if job := running_job(RULE_RUN.name, rule):
        return job
    return start(RULE_RUN, {"rule": rule.pk}, by=by, about=f"Rule: {rule}", needs=[MERGE])


def _lock(rule: MergeRule) -> MergeRule:
    """The rule as it is now. Of two who start a job at one moment, the second waits and finds that of the first."""
    current = get_locked(MergeRule.objects.select_for_update(), rule.pk)
    if current.deleted_at:
        raise RuleError("This rule was deleted. Nothing was started.")
    return current


def running_job(kind: str, rule: MergeRule, **parameters: int) -> Job | None:
    jobs = Job.objects.filter(kind=kind, state__in=UNFINISHED).order_by("-pk")
    wanted = {"rule": rule.pk, **parameters}
    return next((job for job in jobs if wanted.items() <= job.parameters.items()), None)
