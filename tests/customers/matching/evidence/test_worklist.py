"""The tab of those who have an external ID, an identifying attribute, a company or a web domain in common."""

import pytest

from customers.labels.attributes import set_attributes
from customers.matching.evidence.attributes import mark_identifying
from customers.matching.evidence.keys import keep_up_evidence
from customers.matching.evidence.pairs import pair_answered
from customers.matching.evidence.worklist_tab import evidence_page
from customers.matching.keys import MOST_SHARING
from customers.matching.not_duplicates import mark_not_duplicates, unmark_not_duplicates
from customers.matching.worklist import pairs
from customers.matching.worklist.filters import WorklistFilter
from customers.merging.undo import UndoTerms
from customers.models import EvidenceKind, EvidencePair, LikelyPair
from tests.acts import edit, erase, merge, undo
from tests.factories.rules import known_as
from tests.tables import table

pytestmark = pytest.mark.django_db


def organisation(company="Acme, Inc.", **values):
    return known_as("", "", company=company, **values)


def groups(**only) -> list[set[int]]:
    return [{m.customer.pk for m in group.members} for group in evidence_page(only=WorklistFilter(**only)).groups]


def kept_up(**only) -> list[set[int]]:
    pair_answered()
    keep_up_evidence()
    return groups(**only)


def two_with(what: str):
    match what:
        case "organisation":
            return organisation(), organisation("ACME", source="Marketplace")
        case "colleagues":
            return known_as("Eva", "Novák", company="Acme"), known_as("Jan", "Hus", company="Acme")
        case "colleague and company":
            return known_as("Eva", "Novák", company="Acme"), organisation("Acme")
        case "namesakes of a domain":
            return tuple(known_as(website="https://acme.example", source=source) for source in ("Shop", "Market"))
        case "numbers of two sources":
            return known_as(external_id="C-17"), known_as(external_id="c-17", source="Marketplace")
        case "numbers of two sources, other names":
            return known_as(external_id="17"), known_as("Jan", "Hus", external_id="17", source="Marketplace")
        case "identifier, other names":
            mark_identifying("vat", "identifier", by=None)
            pair = known_as(), known_as("Jan", "Hus")
            for customer in pair:
                set_attributes(customer, {"vat": "DE 123456"}, by=None)
            return pair
    raise ValueError(what)


@table(
    ("what", "waits"),
    [
        ("organisation", True),
        ("colleagues", False),
        ("colleague and company", False),
        ("namesakes of a domain", True),
        ("numbers of two sources", True),
        ("numbers of two sources, other names", False),
        ("identifier, other names", True),
    ],
)
def test_evidence_makes_a_group_where_the_names_allow_it(what, waits):
    pair = two_with(what)
    assert kept_up() == ([{customer.pk for customer in pair}] if waits else [])


def test_a_group_waits_until_it_is_answered_and_in_one_tab_only(agent):
    one, other = organisation(), organisation(source="Marketplace")
    both = [{one.pk, other.pk}]
    assert kept_up() == both

    mark_not_duplicates(one, other, by=agent)
    assert (groups(), kept_up(), EvidencePair.objects.count()) == ([], [], 0)
    unmark_not_duplicates(one, other, by=agent)
    assert kept_up() == both

    merged = merge(one, other)
    third = organisation(source="Wholesale")
    assert kept_up() == [{one.pk, third.pk}]
    undo(merged, terms=UndoTerms(mark_not_duplicates=False))
    assert kept_up() == [{one.pk, other.pk, third.pk}]
    erase(third)
    assert groups() == both

    likely = LikelyPair.objects.create(first=one, second=other, probability=0.9, rank=900_000, weights={}, model="1")
    assert groups() == []
    likely.delete()
    for customer in (one, other):
        edit(customer, email="office@acme.example")
    assert kept_up() == []


def test_a_chain_is_no_group_and_a_value_of_very_many_connects_nobody():
    acme = [known_as(company="Acme"), known_as(company="Acme", external_id="7")]
    apex = [known_as(company="Apex", external_id="7", source="Marketplace"), known_as(company="Apex")]
    assert kept_up() == [{acme[1].pk, apex[0].pk}]
    [group] = evidence_page().groups
    assert {bridge.outside for bridge in group.bridges} == {acme[0], apex[1]}

    for _ in range(MOST_SHARING):
        known_as(company="Acme")
    keep_up_evidence()
    assert set(EvidencePair.objects.values_list("first", "second")) == {
        (acme[1].pk, apex[0].pk),
        (apex[0].pk, apex[1].pk),
    }


def test_the_surest_come_first_and_a_filter_reads_one_kind(as_agent):
    companies = {customer.pk for customer in two_with("organisation")}
    numbers = {customer.pk for customer in two_with("numbers of two sources")}
    assert kept_up() == [numbers, companies]
    assert groups(kind=EvidenceKind.COMPANY) == [companies]
    page = as_agent.get("/duplicates/?tab=evidence").content.decode()
    assert page.index("external ID in another data source</bdi>") < page.index("<bdi>Acme, Inc.</bdi>")
    assert "2 groups." in page
    assert "Same web domain" in as_agent.get("/duplicates/?tab=evidence&evidence=domain").content.decode()


def test_the_count_of_several_pages_is_that_of_the_tab_without_likely_pairs(monkeypatch):
    monkeypatch.setattr(pairs, "PAGE", 1)
    for number in range(4):
        organisation(f"Acme {number}"), organisation(f"Acme {number}", source="Marketplace")
    assert len(kept_up()) == 1
    assert evidence_page().count == "4"
    first, *_ = (pair.ends for pair in EvidencePair.objects.order_by("-rank", "-pk"))
    LikelyPair.objects.create(
        first_id=first[0], second_id=first[1], probability=0.9, rank=900_000, weights={}, model="1"
    )
    assert evidence_page().count == "3"
    monkeypatch.setattr(pairs, "MOST_COUNTED", 2)
    # Of the first three.
    assert evidence_page().count == "2+"
