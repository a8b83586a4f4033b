"""The worklist of likely duplicates and the page that compares two: what is shown, what leaves and comes back."""

import pytest
from django.urls import reverse

from customers.matching.likely.doubts import PERHAPS_TWO
from customers.matching.likely.words import FieldWeight, field_weights, how_likely, percent
from customers.matching.likely.worklist_tab import likely_page
from customers.matching.not_duplicates import mark_not_duplicates, unmark_not_duplicates
from customers.matching.worklist import pairs
from customers.matching.worklist.filters import WorklistFilter
from customers.matching.worklist.queue import read_place
from customers.models import Customer, LikelyPair
from customers.models.matching import rank_of_probability
from tests.acts import merge, undo
from tests.factories import customer_with_order
from tests.page_text import visible_text
from tests.tables import table

pytestmark = pytest.mark.django_db
URL = "/duplicates/?tab=likely"
WEIGHTS = {"last": ["same", 11.2], "first": ["short", 4.2], "number": ["differs", -2.9], "city": ["same", 3.0]}


def customers(number: int) -> list[Customer]:
    return [customer_with_order(email=f"likely{n}@reunite.cz") for n in range(number)]


def pair(one: Customer, other: Customer, probability: float) -> LikelyPair:
    rank = rank_of_probability(probability)
    values = {"probability": probability, "rank": rank, "weights": WEIGHTS, "model": "1"}
    return LikelyPair.objects.create(first=one, second=other, **values)


def groups(after=None, **only) -> list[list[int]]:
    page = likely_page(after, only=WorklistFilter(**only))
    return [[member.customer.pk for member in group.members] for group in page.groups]


def test_the_likeliest_come_first_over_all_pages(monkeypatch):
    monkeypatch.setattr(pairs, "PAGE", 2)
    people = customers(8)
    for n, probability in ((0, 0.6), (2, 0.99), (4, 0.7), (6, 0.7)):
        pair(people[n], people[n + 1], probability)
    pages, after = [], None
    while True:
        pages.append(groups(after))
        if not (after := read_place(likely_page(after).following)):
            break
    starts = [[[people[n].pk, people[n + 1].pk] for n in of] for of in ((2, 6), (4, 0))]
    assert pages == starts


def test_two_families_that_a_pair_connects_are_two_groups_which_name_it(as_agent):
    one = customers(3)
    other = customers(3)
    for family in (one, other):
        for a, b in ((0, 1), (0, 2), (1, 2)):
            pair(family[a], family[b], 0.97)
    pair(one[2], other[0], 0.61)
    assert groups() == [[c.pk for c in family] for family in (one, other)]
    page = visible_text(as_agent.get(URL))
    assert page.count("are 61% likely the same") == 2


def test_of_a_chain_of_three_who_may_be_two_people_is_named_beside_the_others(as_agent):
    first, second, relative = customers(3)
    pair(first, second, 0.97)
    pair(second, relative, PERHAPS_TWO)
    assert groups() == [[first.pk, second.pk]]
    assert "are 60% likely the same" in visible_text(as_agent.get(URL))


def test_of_many_pairs_that_connect_a_group_with_others_three_are_named_by_number(as_agent):
    first, second, *relatives = customers(6)
    pair(first, second, 0.97)
    for relative in relatives:
        pair(second, relative, PERHAPS_TWO)
    page = visible_text(as_agent.get(URL))
    assert page.count("Separate group: ") == 3
    assert f"{second.name} {second.pk} and {relatives[0].name} {relatives[0].pk} are 60% likely the same." in page
    assert "1 more pair connects this group with another." in page


def test_marked_pairs_leave_and_merged_ones_follow_until_an_undo():
    one, other, third = customers(3)
    pair(one, other, 0.9)
    mark_not_duplicates(one, other, by=None)
    assert groups() == []
    unmark_not_duplicates(one, other, by=None)
    assert groups() == [[one.pk, other.pk]]
    merged = merge(third, other)
    assert groups() == []
    undo(merged)
    assert groups() == [[one.pk, other.pk]]


def test_the_page_says_why_a_group_is_likely_and_the_group_is_marked_there(as_agent):
    one, other = customers(2)
    pair(one, other, 0.997)
    page = visible_text(as_agent.get(URL))
    assert "Very likely the same 99%" in page
    assert "Rare last name agrees" in page
    assert "Different house numbers" in page
    sent = {"not_duplicates": f"{one.pk} {other.pk}", "tab": "likely"}
    assert as_agent.post(reverse("customers:duplicates_dismiss"), sent).url == URL
    assert "No likely duplicates" in visible_text(as_agent.get(URL))


def test_comparing_a_likely_pair_shows_a_bar_for_each_field_for_and_against(as_agent):
    one, other = customers(2)
    pair(one, other, 0.9)
    response = as_agent.get(reverse("customers:why", args=[other.pk, one.pk]))
    page = visible_text(response)
    assert "Likely the same: 90%" in page
    assert "Medium for" in page
    assert "Weak against" in page
    assert response.content.decode().count('class="weight') == len(WEIGHTS)


@table(
    ("weight", "text", "strength"),
    [
        (FieldWeight("last", "same", 11), "Rare last name agrees", "Strong for"),
        (FieldWeight("last", "same", 6), "Same last name", "Medium for"),
        (FieldWeight("city", "differs", -2), "Different cities", "Weak against"),
        (FieldWeight("born", "differs", -6), "Different dates of birth", "Medium against"),
        (FieldWeight("company", "differs", -1), "Different companies or web domains", "Weak against"),
        (FieldWeight("company", "domain", 0.1), "Same web domain", "No evidence"),
    ],
)
def test_weights_are_said_in_words(weight, text, strength):
    assert (weight.text, weight.strength) == (text, strength)


def test_bars_begin_in_the_middle_and_stay_within():
    strong, against = field_weights({"email": ["same", 40.0], "first": ["differs", -7.5]})
    assert (strong.x, strong.width) == (100, 100)
    assert (against.x, against.width) == (50, 50)
    assert (how_likely(0.8), percent(0.9999)) == ("Likely the same", 99)
