"""Customers selected in a list, and the first step of their merge."""

import pytest

from customers.models import Customer
from customers.search.forms import MOST_SELECTED
from tests.acts import merge
from tests.factories import allow, customer_with_order
from tests.page_text import visible_text

URL = "/customers/merge/"
LIST = "/customers/?q=holy"

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[Customer]:
    return [customer_with_order(first_name=f"Helena {n}", email="hholy@gmail.com") for n in "ABC"]


def test_the_list_offers_it_to_whom_may_merge(client, viewer, as_agent, people):
    assert "Merge selected" in visible_text(as_agent.get("/customers/"))
    client.force_login(viewer)
    page = client.get("/customers/")
    assert "Merge selected" not in visible_text(page)
    assert 'name="customer"' not in page.content.decode()
    assert client.get(URL, {"customer": [people[0].pk, people[1].pk]}).status_code == 403


def test_the_oldest_is_kept_and_the_others_are_selected(as_agent, people):
    numbers = [people[2].pk, people[0].pk]
    response = as_agent.get(URL, {"customer": numbers, "from": LIST}, follow=True)

    assert response.context["survivor"] == people[0]
    rows = response.context["selection"].matches
    assert {row.candidate.customer for row in rows if row.is_ticked} == {people[2]}
    assert response.context["came_from"] == LIST


def test_who_was_merged_meanwhile_stands_for_the_survivor(as_agent, people):
    merge(people[0], people[1])
    response = as_agent.get(URL, {"customer": [people[1].pk, people[2].pk]})
    assert response.url.startswith(f"/customers/{people[0].pk}/merge/?duplicate={people[2].pk}&")

    response = as_agent.get(URL, {"customer": [people[0].pk, people[1].pk], "from": LIST}, follow=True)
    assert response.redirect_chain[-1][0] == LIST
    assert "Select at least two customers." in visible_text(response)


def test_too_few_too_many_and_nonsense_are_refused(as_agent, people):
    for numbers in ([], [people[0].pk], ["x", "9" * 30, people[0].pk], [0, people[0].pk]):
        response = as_agent.get(URL, {"customer": numbers}, follow=True)
        assert "Nothing was merged. Select at least two customers." in visible_text(response), numbers
    many = as_agent.get(URL, {"customer": range(1, MOST_SELECTED + 2)}, follow=True)
    assert f"Select at most {MOST_SELECTED} customers." in visible_text(many)


def test_who_matches_nothing_needs_the_permission_for_it(as_agent, agent, people):
    stranger = customer_with_order(first_name="Zora", email="zora@example.org")
    selected = {"customer": [people[0].pk, stranger.pk]}
    assert "No longer selected." in visible_text(as_agent.get(URL, selected, follow=True))

    allow(agent, "customers.merge_unmatched_customer")
    rows = as_agent.get(URL, selected, follow=True).context["selection"].others
    assert [row.candidate.customer for row in rows if row.is_ticked] == [stranger]


def test_the_selection_stays_on_another_page_of_the_list(as_agent, people):
    page = as_agent.get("/customers/", {"q": "Zora", "customer": [people[0].pk, people[1].pk]})
    assert page.context["selected_elsewhere"] == [people[0].pk, people[1].pk]
    assert "2 customers selected on other pages." in visible_text(page)

    listed = as_agent.get("/customers/", {"customer": [people[0].pk]}).content.decode()
    assert listed.count('form="merge-selected" checked') == 1
