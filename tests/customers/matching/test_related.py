"""Related, not the same: what the mark ends, who shows it, and that it follows merges and undos."""

import pytest
from django.urls import reverse

from customers.matching.not_duplicates import (
    mark_not_duplicates,
    marks_by_other,
    marks_of,
    not_duplicates_among,
    unmark_not_duplicates,
)
from customers.matching.related import mark_related, related_by, related_customers_of
from customers.matching.worklist.page import worklist_page
from customers.merging.warnings import merge_warnings
from customers.models import Customer, HistoryEntry, NotDuplicate, Relation
from customers.search.export_columns import export_rows
from tests.acts import erase, merge, plan, undo
from tests.factories import customer_with_order, signed_in

pytestmark = pytest.mark.django_db
URL = "/duplicates/"
PHONE = "+420 241 770 449"


def person(name: str, phone: str = PHONE) -> Customer:
    return customer_with_order(first_name=name, last_name="Holý", email=f"{name.lower()}@reunite.cz", phone=phone)


@pytest.fixture
def family() -> list[Customer]:
    return [person("Helena"), person("Bjorn")]


def shown_for(customer: Customer) -> list[str]:
    as_first, as_second = marks_of(customer.pk)
    return [str(other) for other in related_by(marks_by_other([*as_first, *as_second], customer.pk))]


def mark(*customers: Customer, relation: Relation = Relation.HOUSEHOLD, by=None) -> None:
    mark_related([customer.pk for customer in customers], relation, by=by)


def test_who_is_marked_is_suggested_no_more_and_shown_on_both_pages(as_agent, family):
    helena, bjorn = family
    numbers = f"{helena.pk} {bjorn.pk}"
    assert f'name="household" value="{numbers}"' in as_agent.get(URL).text

    sent = {"household": numbers, "reason": "Married"}
    page = as_agent.post(reverse("customers:duplicates_dismiss"), sent, follow=True)
    assert "will not be suggested as duplicates of each other again." in page.text
    assert worklist_page().groups == ()
    for one, other in (family, family[::-1]):
        page = as_agent.get(one.get_absolute_url()).text
        assert "Same household:" in page
        assert other.get_absolute_url() in page
        [entry] = HistoryEntry.objects.filter(kind="relation", source_record__customer=one)
        assert entry.text == f"Same household as {other.name_with_number}, not the same customer."
    assert "Married" in as_agent.get(URL, {"tab": "related"}).text
    assert as_agent.get(URL, {"tab": "dismissed"}).context["page"].rows == []

    as_agent.post(reverse("customers:duplicates_dismiss"), {"reverse": numbers})
    assert [shown_for(customer) for customer in family] == [[], []]
    assert len(worklist_page().groups) == 1


def test_it_is_said_on_the_page_that_compares_them(as_agent, family):
    numbers = " ".join(str(customer.pk) for customer in family)
    address = reverse("customers:why", args=[customer.pk for customer in family])
    assert f'name="employer" value="{numbers}"' in as_agent.get(address).text
    sent = {"employer": numbers, "compared": "", "reason": "Ltd"}
    page = as_agent.post(reverse("customers:duplicates_dismiss"), sent, follow=True)
    assert page.redirect_chain == [(address, 302)]
    assert "Related, not the same: same employer." in page.text
    sent = {"reverse": numbers, "compared": ""}
    assert "Related, not the same" not in as_agent.post(reverse("customers:duplicates_dismiss"), sent, follow=True).text


def test_who_may_not_merge_cannot_say_so(viewer, family):
    helena, bjorn = family
    client = signed_in(viewer)
    sent = {"household": f"{helena.pk} {bjorn.pk}"}
    assert client.post(reverse("customers:duplicates_dismiss"), sent).status_code == 403
    assert 'name="household"' not in client.get(reverse("customers:why", args=[helena.pk, bjorn.pk])).text
    assert not NotDuplicate.objects.exists()


def test_it_follows_merges_and_undos(family):
    helena, bjorn = family
    mark(helena, bjorn)
    kept, other = person("Hela", phone=""), person("Bjarne", phone="")
    into_kept, into_other = merge(kept, helena), merge(other, bjorn)
    assert shown_for(kept) == [f"{other.pk} (same household)"]
    assert shown_for(other) == [f"{kept.pk} (same household)"]
    together = merge(kept, other)
    assert shown_for(kept) == []
    for one in (together, into_other, into_kept):
        undo(one)
    assert shown_for(helena) == [f"{bjorn.pk} (same household)"]
    # Of the survivors only what the undos said.
    assert (shown_for(kept), shown_for(other)) == ([], [])


def test_it_replaces_not_duplicates_and_is_not_replaced_by_it(family):
    helena, bjorn = family
    mark_not_duplicates(helena, bjorn, by=None, reason="Another name")
    mark(helena, bjorn)
    mark_not_duplicates(helena, bjorn, by=None)
    [row] = NotDuplicate.objects.all()
    assert (row.relation, row.reason) == ("household", "")
    assert unmark_not_duplicates(helena, bjorn, by=None)
    assert shown_for(helena) == []


def test_of_several_marks_of_a_pair_the_relation_counts(family):
    helena, bjorn = family
    mark(helena, bjorn)
    mark_not_duplicates(helena, other := person("Bob", phone=""), by=None)
    merge(bjorn, other)
    assert not_duplicates_among([helena.pk, bjorn.pk])[helena.pk, bjorn.pk].relation == "household"


def test_a_merge_of_both_is_warned_of(family):
    mark(*family)
    [about] = [text for title, text in merge_warnings(family, plan(*family)) if title == "Related, not the same."]
    assert about.endswith(f"as related: {family[0].pk} and {family[1].pk}, same household.")


def test_an_export_of_customers_names_them(family):
    mark(*family, relation=Relation.EMPLOYER)
    rows = export_rows([customer.pk for customer in family])
    assert [row.related for row in rows] == [f"{other.pk} (same employer)" for other in family[::-1]]


def test_an_erasure_leaves_nothing_of_it(family):
    helena, bjorn = family
    mark(helena, bjorn)
    erase(bjorn)
    assert related_customers_of([helena.pk]) == {}
    [entry] = HistoryEntry.objects.filter(kind="relation", source_record__customer=helena)
    assert "Bjorn" not in entry.text
