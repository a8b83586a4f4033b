"""A back-test: what a rule would have done, beside what staff decided."""

import pytest

from customers.matching.not_duplicates import mark_not_duplicates
from customers.models import Merge, NotDuplicate
from customers.models.rule import FindingOutcome, RuleFinding, RuleState
from customers.rules.answers import APART, answer_sample
from customers.rules.edit import MOST_RULES, change_rule, create_rule, delete_rule
from customers.rules.findings import counts_of
from customers.rules.ready_made import BY_SLUG, DEFAULTS
from customers.rules.switch import note_looked_at, switch
from tests.acts import edit, merge, refusal, undo
from tests.database import reloaded
from tests.factories import make_user
from tests.factories.rules import known_as, make_rule, run_back_test
from tests.tables import table

pytestmark = pytest.mark.django_db


def two(number: int, **values):
    mail = f"person{number}@home.example"
    return known_as(email=mail, **values), known_as(email=mail, source="Marketplace", **values)


def test_it_compares_with_what_staff_decided_and_merges_nobody():
    rule = make_rule("email-name", state=RuleState.DRY_RUN)
    for number in range(3):
        merge(*two(number))
    merge(known_as(email="a@home.example"), known_as("Jan", email="b@home.example"))
    undone = merge(*two(4))
    undo(undone)
    marked = two(5)
    mark_not_duplicates(*marked, by=None)
    undecided, conflicting = two(6), two(7)
    edit(conflicting[0], custom1="gold")
    edit(conflicting[1], custom1="silver")
    merges = Merge.objects.count()
    test = run_back_test(rule)

    assert (test.merged, test.undone, test.marked, test.missed) == (3, 1, 1, 1)
    assert {(row[2], row[3]) for row in test.differing} == {
        ("undone", undone.pk),
        ("marked", NotDuplicate.objects.get(first=marked[0].pk).pk),
    }
    assert test.sample == [[customer.pk for customer in undecided]]
    assert counts_of(rule)[rule.pk][FindingOutcome.CONFLICT] == 1
    assert Merge.objects.count() == merges


def test_a_merge_is_compared_as_the_two_were_before_it():
    """The kept customer has the email of the other by now, and had none."""
    rule = make_rule("email-name", state=RuleState.DRY_RUN)
    kept = known_as(phone="+420 241 770 449")
    merge(kept, known_as(email="a@home.example"))
    assert reloaded(kept).email == "a@home.example"
    test = run_back_test(rule)
    assert (test.merged, test.missed) == (0, 1)


def test_whom_a_user_would_keep_apart_is_marked_and_no_longer_found():
    rule = make_rule("email-name", state=RuleState.DRY_RUN)
    group = two(1)
    test = run_back_test(rule)
    jane = make_user("jane", ["customers.merge_customer"])
    assert answer_sample(test, {0: APART, 7: APART}, by=jane) == 1
    assert NotDuplicate.objects.get().first == group[0]
    assert not RuleFinding.objects.exists()
    assert answer_sample(reloaded(test), {0: APART}, by=jane) == 0


def test_a_rule_is_turned_on_only_after_its_back_test_was_looked_at():
    jane = make_user("jane", ["customers.merge_customer"])
    rule = create_rule(BY_SLUG["email-name"].values, by=jane)
    assert rule.state == RuleState.OFF
    assert "Run a back-test" in refusal(switch, rule, RuleState.ON, by=jane)
    test = run_back_test(rule)
    assert "Look at the back-test first" in refusal(switch, rule, RuleState.ON, by=jane)
    note_looked_at(test)
    assert switch(rule, RuleState.ON, by=jane).state == RuleState.ON

    # A new name changes nothing of what it merges; another condition does.
    rule = change_rule(rule, {**BY_SLUG["email-name"].values, "name": "Twice"}, version=1, by=jane)
    assert (rule.state, rule.version) == (RuleState.ON, 2)
    assert "changed since you opened" in refusal(change_rule, rule, rule_values(rule), version=1, by=jane)
    rule = change_rule(rule, {**rule_values(rule), "names": "any"}, version=2, by=jane)
    assert rule.state == RuleState.DRY_RUN
    assert "Run a back-test" in refusal(switch, rule, RuleState.ON, by=jane)
    texts = list(rule.changes.order_by("pk").values_list("text", flat=True))
    assert texts == ["Created.", "On.", "Changed.", "Changed. Dry run from now on."]


def rule_values(rule):
    return {name: getattr(rule, name) for name in DEFAULTS}


def test_nobody_has_a_rule_do_what_they_may_not_do_themselves():
    viewer, agent = make_user("viewer"), make_user("agent", ["customers.merge_customer"])
    by_email, by_company = make_rule("email-name", state="dry_run"), make_rule("chartmogul", state="dry_run")
    for rule in (by_email, by_company):
        note_looked_at(run_back_test(rule))
    assert "permission to merge" in refusal(switch, by_email, RuleState.ON, by=viewer)
    assert "Can merge without a match" in refusal(switch, by_company, RuleState.ON, by=agent)
    assert switch(by_email, RuleState.ON, by=agent).state == RuleState.ON


@table(
    ("values", "said"),
    [
        ({"name": " "}, "Enter a name"),
        ({"evidence": []}, "Select what"),
        ({"kept": "source"}, "Select the data source"),
        ({"least_probability": 0.2}, "50 to 100"),
        ({"largest_group": 1}, "from 2 to"),
        ({"name": "Taken  rule"}, "has this name already"),
    ],
)
def test_a_rule_that_says_nothing_sensible_is_refused(values, said):
    make_rule(name="Taken Rule")
    assert said in refusal(create_rule, {**BY_SLUG["email-name"].values, **values}, by=None)


def test_there_are_at_most_twenty_and_one_that_is_on_is_not_deleted():
    rules = [make_rule(name=f"Rule {number}") for number in range(MOST_RULES)]
    assert "There are 20 rules already" in refusal(create_rule, BY_SLUG["email-name"].values, by=None)
    assert "Turn it off first" in refusal(delete_rule, rules[0], by=None)
    switch(rules[0], RuleState.OFF, by=None)
    delete_rule(rules[0], by=None)
    assert create_rule({**BY_SLUG["email-name"].values, "name": "Rule 0"}, by=None).pk
