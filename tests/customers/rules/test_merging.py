"""Whom a rule merges, and whom it leaves."""

import pytest
from django.utils import timezone

from customers.labels.attributes import set_attributes
from customers.matching.evidence.attributes import mark_identifying
from customers.matching.evidence.keys import note_customers
from customers.matching.likely.rescore import score_changed_customers
from customers.matching.likely.scan import scan
from customers.matching.not_duplicates import mark_not_duplicates, unmark_not_duplicates
from customers.matching.related import mark_related
from customers.merging.undo import UndoTerms
from customers.models import Customer, HistoryEntry, LikelyPair, Merge, Relation, Via
from customers.models.merge import OnConflict
from customers.models.rule import FindingOutcome, NamesNeeded, RuleState
from customers.rules import candidates, follow
from customers.rules.apply import NotRunningError, merge_group
from customers.rules.candidates import customers_from
from customers.rules.follow import follow_changes
from customers.rules.groups import groups_around
from tests.acts import edit, erase, merge, undo
from tests.customers.invariants import check_owners_and_caches
from tests.customers.rules.decisions import Decisions
from tests.customers.rules.results import are_one, left, root_of
from tests.database import reloaded
from tests.factories.rules import known_as, make_rule
from tests.tables import table

pytestmark = pytest.mark.django_db
MAIL = "hholy@gmail.com"


def test_a_rule_merges_as_a_user_would_and_is_named():
    rule = make_rule("email-name")
    helena, helen = known_as(email=MAIL), known_as("helena", "HOLY", email=MAIL.upper(), source="Marketplace")
    assert follow_changes().merges == 1

    merged = Merge.objects.get()
    assert (merged.survivor, merged.via, merged.by, merged.rule) == (helena, Via.RULE, None, rule)
    assert str(merged.actor) == "Rule “Same email and name”"
    entry = HistoryEntry.objects.get(merge=merged)
    assert entry.text == f"Merged {helen.name_with_number} into this customer by the rule “Same email and name”."
    assert entry.actor == "Rule"
    assert check_owners_and_caches() is None

    undo(merged)
    assert not are_one(helena, helen)
    assert follow_changes().merges == 0


def pair_with(what: str) -> tuple[Customer, Customer]:
    """Two who have only this in common, beside their name."""
    if what == "probability":
        return likely_pair()
    one, other = known_as(email="a@one.example"), known_as(email="b@two.example", source="Marketplace")
    if what == "email":
        return known_as(email=MAIL), known_as(email=MAIL, source="Marketplace")
    if what == "phone":
        return known_as(phone="+420 241 770 449"), known_as(phone="00420241770449", source="Marketplace")
    if what == "external_id":
        return known_as(external_id="C-17"), known_as(external_id="c-17", source="Marketplace")
    if what == "company":
        return known_as(company="Acme, Inc."), known_as(company="ACME", source="Marketplace")
    if what == "domain":
        return known_as(email="a@acme.example"), known_as(email="b@mail.acme.example", source="Marketplace")
    if what == "identifier":
        for customer, card in ((one, "L 100-200"), (other, "l100200")):
            set_attributes(customer, {"card": card}, by=None)
    return one, other


def likely_pair() -> tuple[Customer, Customer]:
    """Found by a scan, and so likely as few are."""
    one, other = two_who_are_alike()
    scan()
    LikelyPair.objects.update(probability=0.995)
    return one, other


def two_who_are_alike() -> tuple[Customer, Customer]:
    alike = {"phone": "+420 241 770 449", "email": "helena@acme.example"}
    return known_as(**alike), known_as(**alike, source="Marketplace")


@table("what", ["email", "phone", "external_id", "company", "domain", "identifier", "probability", ""])
def test_each_kind_of_evidence_merges_those_who_have_it_in_common(what):
    mark_identifying("card", "identifier", by=None)
    evidence = {"least_probability": 0.99} if what == "probability" else {"evidence": [what or "email"]}
    make_rule(**evidence, on_conflict=OnConflict.KEPT)
    one, other = pair_with(what)
    follow_changes()
    assert are_one(one, other) is bool(what)


@table(
    ("needed", "other", "is_merged"),
    [
        (NamesNeeded.FULL, ("Holy", "Helena"), True),
        (NamesNeeded.FULL, ("H.", "Holý"), False),
        (NamesNeeded.FULL, ("", ""), False),
        (NamesNeeded.COMPATIBLE, ("H.", "Holý"), True),
        (NamesNeeded.COMPATIBLE, ("Jan", "Holý"), False),
        (NamesNeeded.FIRST, ("Helena", "Nováková"), True),
        (NamesNeeded.FIRST, ("Jan", "Holý"), False),
        (NamesNeeded.LAST, ("Jan", "Holý"), True),
        (NamesNeeded.ANY, ("Jan", "Novák"), True),
        # Father and son are two, whatever the rule needs.
        (NamesNeeded.ANY, ("Helena", "Holý Jr."), False),
    ],
)
def test_names_agree_as_the_rule_needs(needed, other, is_merged):
    make_rule(evidence=["email"], names=needed, on_conflict=OnConflict.KEPT)
    one, two = known_as(email=MAIL), known_as(*other, email=MAIL, source="Marketplace")
    follow_changes()
    assert are_one(one, two) is is_merged


def test_a_rule_by_probability_merges_who_came_only_after_they_are_scored():
    scan()
    make_rule(least_probability=0.6)
    one, other = two_who_are_alike()
    assert follow_changes().merges == 0
    score_changed_customers()
    assert follow_changes().merges == 1
    assert are_one(one, other)


def test_a_probability_does_not_count_once_the_customers_no_longer_agree_as_when_they_were_scored():
    rule = make_rule(least_probability=0.99, names=NamesNeeded.ANY, on_conflict=OnConflict.KEPT)
    one, other = likely_pair()
    edit(other, first_name="Rupert", last_name="Quill")
    assert merge_group(rule, [one.pk, other.pk]) is None
    assert (are_one(one, other), left()) == (False, [])
    edit(other, first_name="Helena", last_name="Holý")
    assert merge_group(rule, [one.pk, other.pk])


def test_capitals_count_where_the_rule_says_so():
    make_rule(evidence=["external_id"], match_case=True)
    one, other = known_as(external_id="C-17"), known_as(external_id="c-17", source="Marketplace")
    same = known_as(external_id="C-17", source="Till")
    follow_changes()
    assert (are_one(one, other), are_one(one, same)) == (False, True)


@table("born", ["1980-05-01", "1982-06-02"])
def test_an_identifying_attribute_that_differs_keeps_two_apart(born):
    mark_identifying("born", "trait", by=None)
    make_rule("email-name")
    one, other = known_as(email=MAIL), known_as(email=MAIL, source="Marketplace")
    set_attributes(one, {"born": "1980-05-01"}, by=None)
    set_attributes(other, {"born": born}, by=None)
    follow_changes()
    assert are_one(one, other) is (born == "1980-05-01")


# Groups


def test_a_chain_is_left_to_a_person():
    rule = make_rule(evidence=["email"], on_conflict=OnConflict.KEPT)
    a = known_as(email="a@x.example")
    b = known_as(email="a@x.example")
    edit(b, email="b@x.example")
    c = known_as(email="b@x.example")
    assert [group.is_whole for group in groups_around(rule, [b.pk])] == [False]
    follow_changes()
    assert not Merge.objects.exists()
    assert left() == [(FindingOutcome.NOT_ALL, "They match as a chain, not every two of them.")]
    assert not are_one(a, c)


def test_a_chain_is_not_merged_step_by_step_either():
    make_rule(evidence=["email"], on_conflict=OnConflict.KEPT)
    a, b = known_as(email="a@x.example"), known_as(email="a@x.example")
    edit(b, email="b@x.example")
    follow_changes()
    assert are_one(a, b)

    c = known_as(email="b@x.example")
    follow_changes()
    assert not are_one(b, c)


def test_whom_staff_merged_is_one_for_a_rule():
    make_rule(evidence=["email"], on_conflict=OnConflict.KEPT)
    a, b = known_as(email="a@x.example"), known_as(email="b@x.example")
    merge(a, b)
    c = known_as(email="b@x.example")
    follow_changes()
    assert are_one(a, c)


def test_a_group_that_is_too_large_is_left():
    make_rule("email-name", largest_group=2)
    for source in ("Shop", "Till", "Marketplace"):
        known_as(email=MAIL, source=source)
    follow_changes()
    assert left() == [(FindingOutcome.TOO_LARGE, "3 customers, at most 2 are merged.")]


def test_what_very_many_share_merges_only_namesakes():
    make_rule(evidence=["email"], names=NamesNeeded.ANY, on_conflict=OnConflict.KEPT)
    names = [(f"{letter}nna", f"Nov{letter.lower()}k") for letter in "ABCDEFGHIJKLMNOPQRSTU"]
    office = [known_as(*name, email="reception@acme.example") for name in names]
    namesake = known_as(*names[0], email="reception@acme.example", source="Till")
    follow_changes()
    assert are_one(office[0], namesake)
    assert not are_one(office[1], office[2])


def test_a_value_of_too_many_connects_nobody_and_takes_nothing_from_others(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(candidates, "MOST_HOLDERS", 3)
    rule = make_rule(evidence=["company"], names=NamesNeeded.ANY, on_conflict=OnConflict.KEPT)
    sources = ("Shop", "Till", "Marketplace", "Phone")
    of_all = [known_as(company="Acme", source=source) for source in sources]
    of_three = [known_as(company="Globe", source=source) for source in sources[:3]]
    of_two = [known_as(company="Zenith", source=source) for source in sources[:2]]
    note_customers([customer.pk for customer in (*of_all, *of_three, *of_two)])
    with django_assert_num_queries(3):
        customers, _ = customers_from(rule, (), most=100)
    assert customers == {customer.pk for customer in (*of_three, *of_two)}
    follow_changes()
    assert are_one(*of_three)
    assert are_one(*of_two)
    assert len({root_of(customer) for customer in of_all}) == 4


# What staff decided


@table("decision", ["marked", "related", "undone", "undone, mark reversed"])
def test_a_rule_never_merges_across_a_decision_of_staff(decision):
    make_rule("email-name")
    one, other = known_as(email=MAIL), known_as(email=MAIL, source="Marketplace")
    if decision == "marked":
        mark_not_duplicates(one, other, by=None)
    elif decision == "related":
        mark_related([one.pk, other.pk], Relation.HOUSEHOLD, by=None)
    else:
        undo(merge(one, other))
        if "reversed" in decision:
            assert unmark_not_duplicates(*map(reloaded, (one, other)), by=None)
    follow_changes()
    assert not are_one(one, other)


def test_two_duplicates_of_an_undone_merge_stay_apart_without_the_survivor():
    make_rule("email-name")
    survivor, one, other = (known_as(email=MAIL, source=source) for source in ("Shop", "Till", "Marketplace"))
    follow_changes()
    undo(Merge.objects.get(), terms=UndoTerms(mark_not_duplicates=False))
    erase(survivor)
    edit(one, phone="+420 241 770 449")
    follow_changes()
    assert not are_one(one, other)


def test_a_decision_holds_after_any_later_merges():
    """Whoever was marked or restored is never merged by a rule again; `decisions.py` does a thousand."""
    Decisions(seed=7).merge_further(8)
    assert Merge.objects.filter(via=Via.RULE).exists()


def test_a_rule_that_is_off_merges_nobody_and_a_dry_run_only_notes_it():
    rule = make_rule("email-name", state=RuleState.OFF)
    group = [known_as(email=MAIL).pk, known_as(email=MAIL, source="Till").pk]
    assert follow_changes().merges == 0
    with pytest.raises(NotRunningError):
        merge_group(rule, group)

    rule.state = RuleState.DRY_RUN
    rule.save()
    follow_changes()
    assert left() == [(FindingOutcome.MERGE, "")]
    assert not Merge.objects.exists()

    merge(*Customer.objects.filter(pk__in=group).order_by("pk"))
    follow_changes()
    assert left() == []


def test_all_who_changed_at_one_moment_are_looked_at(monkeypatch):
    """As those of one transaction do, such as a part of an import."""
    monkeypatch.setattr(follow, "MOST_CHANGED", 2)
    make_rule("email-name")
    for number in range(3):
        for source in ("Shop", "Till"):
            known_as(email=f"person{number}@home.example", source=source)
    Customer.objects.update(updated=timezone.now())
    assert follow_changes().merges == 3
