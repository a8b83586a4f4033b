"""A rule stops itself when too many of its merges are undone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.accounts.models import AccountNotice
from crm.audit.models import AuditEntry
from crm.jobs.rule_turns import follow_rules
from customers.models import Merge
from customers.models.rule import RuleState
from customers.rules.limits import WeekOfRule, weeks_of
from customers.rules.switch import note_looked_at, switch
from tests.acts import undo
from tests.database import reloaded
from tests.factories import make_user
from tests.factories.rules import known_as, make_rule, run_back_test
from tests.tables import table

pytestmark = pytest.mark.django_db


@table(
    ("merged", "undone", "stops"),
    [(100, 2, False), (100, 3, True), (19, 1, False), (20, 1, True), (3, 3, True), (2, 2, False), (0, 0, False)],
)
def test_the_share_counts_once_there_is_enough_of_it(merged, undone, stops):
    assert WeekOfRule(merged, undone).exceeds(Decimal(2)) is stops


def test_a_rule_that_is_wrong_stops_itself_and_tells_its_owner():
    jane = make_user("jane")
    rule = make_rule("email-name", owner=jane)
    for number in range(4):
        for source in ("Shop", "Marketplace"):
            known_as(email=f"person{number}@home.example", source=source)
    follow_rules()
    merges = list(Merge.objects.order_by("pk"))
    assert len(merges) == 4
    for merged in merges[:3]:
        undo(merged)
    for source in ("Shop", "Marketplace"):
        known_as(email="later@home.example", source=source)
    follow_rules()

    rule = reloaded(rule)
    assert (rule.state, Merge.objects.count()) == (RuleState.STOPPED, 4)
    assert rule.stopped_because == (
        "3 of 4 customers merged in the last 7 days were restored (75.0%; the limit is 2.0%)."
    )
    assert "“Same email and name” stopped itself" in AccountNotice.objects.get(user=jane).text
    assert reloaded(jane).has_notices
    assert "stopped itself" in AuditEntry.objects.filter(action="matching").latest("pk").text
    follow_rules()
    assert AccountNotice.objects.count() == 1


def test_a_rule_that_is_turned_on_again_is_not_stopped_for_what_was_restored_before():
    rule = make_rule("email-name")

    def merge_and_undo_three(of: str) -> None:
        for number in range(3):
            for source in ("Shop", "Marketplace"):
                known_as(email=f"{of}{number}@home.example", source=source)
        follow_rules()
        for merged in Merge.objects.filter(undone_at=None):
            undo(merged)
        follow_rules()

    merge_and_undo_three("first")
    assert reloaded(rule).state == RuleState.STOPPED

    switch(rule, RuleState.DRY_RUN, by=None)
    note_looked_at(run_back_test(rule))
    switch(rule, RuleState.ON, by=None)
    follow_rules()
    assert reloaded(rule).state == RuleState.ON

    merge_and_undo_three("again")
    assert reloaded(rule).state == RuleState.STOPPED


def test_what_was_undone_long_ago_no_longer_counts():
    rule = make_rule("email-name")
    for source in ("Shop", "Marketplace"):
        known_as(email="a@home.example", source=source)
    follow_rules()
    merged = Merge.objects.get()
    undo(merged)
    week_ago = timezone.now() - timedelta(days=8)
    Merge.objects.update(created=week_ago)
    merged.members.update(undone_at=week_ago)
    assert weeks_of([rule])[rule.pk] == WeekOfRule(0, 0)
