"""What the history says of a merge that is no longer whole: who took part of it back, and that nobody is left of it."""

import pytest

from customers.merging.recent import recent_acts
from tests.acts import erase, merge, undo
from tests.customers.merging.test_history import LIST, listed
from tests.exported import ask, rows
from tests.factories import CustomerFactory, allow
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def three():
    return [CustomerFactory(first_name=name) for name in "abc"]


def test_what_is_partly_undone_says_by_whom(as_agent, agent, three):
    merged = merge(*three)
    undo(merged, three[2], by=agent)
    assert "by <bdi>Margaret Park</bdi>" in as_agent.get(LIST).text
    assert "Partly undone by <bdi>Margaret Park</bdi>" in as_agent.get(merged.get_absolute_url()).text
    row = rows(as_agent, "merges")[0]
    assert (row["Status"], row["Undone by"]) == ("Partly undone", "Margaret Park")
    assert row["Undone (UTC)"]


def test_an_undo_by_an_unknown_user_names_nobody(as_agent, three):
    merged = merge(*three)
    undo(merged, three[2])
    assert "<span>Partly undone</span>" in as_agent.get(merged.get_absolute_url()).text
    assert rows(as_agent, "merges")[0]["Undone by"] == ""


def test_an_undo_names_its_user_when_the_duplicate_was_erased_since(as_agent, agent, three):
    agent = allow(agent, "customers.merge_unmatched_customer")
    later = merge(three[0], CustomerFactory(), by=agent)
    merged = merge(three[1], three[2], by=agent)
    undo(merged, by=agent)
    undo(later, by=agent)
    erase(three[2])
    erase(later.members.get().duplicate)
    assert [act.by for act in recent_acts() if act.is_undo] == [agent, agent]
    for page in (as_agent.get(merged.get_absolute_url()).text, as_agent.get("/").text):
        assert "<bdi>Margaret Park</bdi>" in page
        assert "API client" not in page


def test_a_merge_of_who_was_erased_is_not_in_force(as_agent, three):
    kept = merge(*three[:2])
    gone = merge(CustomerFactory(), CustomerFactory())
    erase(gone.survivor)
    assert listed(as_agent, state="active") == [kept.pk]
    assert listed(as_agent, state="erased") == [gone.pk]
    assert listed(as_agent) == [gone.pk, kept.pk]


def test_what_was_undone_before_an_erasure_stays_undone(as_agent, three):
    merged = merge(*three[:2])
    undo(merged)
    erase(three[0])
    assert listed(as_agent, state="undone") == [merged.pk]
    assert listed(as_agent, state="erased") == []


@table("query", [{"since": "yesterday"}, {"until": "2026-02-31"}, {"by": "nobody"}])
def test_no_file_of_what_makes_no_sense(as_agent, three, query):
    merge(*three)
    response = ask(as_agent, "merges", columns=["Merge"], **query)
    assert response.status_code == 422
    assert "These filters are not valid" in response.text
    assert "Content-Disposition" not in response
