"""Switching a rule off, to a dry run, and on: the last only after a back-test of it as it is was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from customers.lib.audit import AuditAction, audit_entry
from customers.lib.phrases import isolated
from customers.locks import get_locked
from customers.models import MergeRule
from customers.models.rule import Agreement, BackTest, MergeRuleChange, RuleState
from customers.permissions import MERGE, UNMATCHED
from customers.records.changed_customers import changes_have_appeared_to
from customers.rules.edit import RuleError

if TYPE_CHECKING:
    from crm.accounts.models import User

MATCHING = frozenset({Agreement.EMAIL.value, Agreement.PHONE.value})


def current_test(rule: MergeRule) -> BackTest | None:
    """The latest back-test of the rule as it is."""
    return rule.back_tests.filter(version=rule.version).order_by("-pk").first()


@transaction.atomic
def switch(rule: MergeRule, state: RuleState, *, by: User | None) -> MergeRule:
    """RuleError where it may not be; nothing happens if it is in this state already."""
    current = get_locked(MergeRule.objects.select_for_update(), rule.pk)
    if current.deleted_at:
        raise RuleError("This rule was deleted. Nothing was changed.")
    if current.state == state:
        return current
    if state == RuleState.ON:
        refuse_user(current, by=by)
        _refuse_untested(current)
    current.state, current.state_at, current.stopped_because = state, timezone.now(), ""
    current.looked_to = changes_have_appeared_to()
    current.save(update_fields=["state", "state_at", "looked_to", "stopped_because"])
    text = f"{current.get_state_display()}."
    MergeRuleChange.objects.create(rule=current, text=text, by=by)
    audit_entry(AuditAction.MATCHING, f"Rule “{isolated(current)}”: {text}", by=by).save()
    return current


def refuse_user(rule: MergeRule, *, by: User | None) -> None:
    """Nobody has a rule do what they may not do themselves."""
    if by is None:
        return
    if not by.has_perm(MERGE):
        raise RuleError("You do not have permission to merge customers, so you cannot turn a rule on.")
    if MATCHING.isdisjoint(rule.evidence) and not by.has_perm(UNMATCHED):
        raise RuleError(
            "This rule merges customers who share no email or phone. To turn it on you need"
            " “Can merge without a match”."
        )


def _refuse_untested(rule: MergeRule) -> None:
    test = current_test(rule)
    if test is None or test.ended is None:
        raise RuleError("Not turned on. Run a back-test of the rule as it is first.")
    if test.looked_at is None:
        raise RuleError("Not turned on. Look at the back-test first, and say that you did.")


def note_looked_at(test: BackTest) -> None:
    BackTest.objects.filter(pk=test.pk, ended__isnull=False, looked_at=None).update(looked_at=timezone.now())
