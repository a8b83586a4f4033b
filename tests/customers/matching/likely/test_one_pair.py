"""The evidence of any two customers on a page: as Splink weighs it on DuckDB, without loading either."""

import pytest
from django.urls import reverse

from benchmarks.labelled import fake_1000
from customers.matching.likely.doubts import SURE, are_told_apart, highest_probability
from customers.matching.likely.model import shipped_model
from customers.matching.likely.one_pair import score_pair
from customers.matching.likely.scoring import open_table, score
from tests.customers.matching.likely.two_people import two_people
from tests.factories import customer_with_order
from tests.page_text import visible_text
from tests.tables import table

FIRST_NUMBER = 10_000


def test_fields_agree_for_a_page_as_they_do_for_a_scan():
    people = {one.id: one for one in fake_1000(with_birth=True).customers[:150]}
    for number, one in enumerate(two_people(), FIRST_NUMBER):
        one.id = number
        people[number] = one
    with open_table(people.values()) as table:
        scanned = list(score(table, shipped_model()).pairs)
    assert len(scanned) > 100
    for pair in scanned[::3]:
        shown = score_pair(people[pair.first], people[pair.second], shipped_model(), customers=len(people))
        assert {field: level for field, (level, _) in shown.weights.items()} == {
            field: level for field, (level, _) in pair.weights.items()
        }
        # Without rarity: those in which none counts are weighed the same.
        plain = {"phone", "number", "state", "born"}
        assert [shown.weights[field] for field in plain & shown.weights.keys()] == [
            pair.weights[field] for field in plain & shown.weights.keys()
        ]
        assert 0 <= shown.probability <= 1


@pytest.mark.django_db
def test_two_whom_no_scan_found_are_compared_field_by_field(as_agent):
    one = customer_with_order(email="helena@reunite.cz")
    other = customer_with_order(email="rupert@b.example", first_name="Rupert")
    page = visible_text(as_agent.get(reverse("customers:why", args=[one.pk, other.pk])))
    assert "Unlikely the same: " in page
    assert "Same last name" in page
    assert "Different first names" in page
    assert "No scan found these two" in page
    assert "No match" in page


@table(
    ("levels", "is_sure"),
    [
        ({"first": "same", "email": "slip"}, True),
        ({"company": "same", "email": "slip", "postcode": "same"}, False),
        ({"first": "same", "last": "same", "born": "slip"}, True),
        ({"first": "same", "last": "same", "born": "slip", "email": "differs"}, False),
        ({"first": "same", "last": "differs", "born": "slip"}, False),
        ({"first": "same", "last": "differs", "born": "same", "email": "differs"}, True),
    ],
)
def test_what_only_looks_alike_makes_nobody_sure_where_more_speaks_against(levels, is_sure):
    assert (highest_probability(levels) >= SURE) is is_sure


@table(
    ("levels", "probability", "are_apart"),
    [
        ({"first": "same", "last": "same", "born": "differs", "email": "differs"}, 0.6, True),
        ({"first": "same", "last": "same", "born": "differs", "email": "same"}, 0.6, False),
        ({"first": "slip", "last": "same", "born": "differs"}, 0.6, False),
        ({"first": "differs", "last": "same", "email": "differs", "phone": "same"}, 0.3, True),
        ({"first": "differs", "last": "same", "phone": "differs"}, 0.3, True),
        ({"first": "differs", "last": "same", "email": "same", "phone": "differs"}, 0.6, False),
        ({"company": "differs", "email": "differs"}, 0.1, True),
        ({"first": "differs", "last": "differs", "street": "same"}, 0.1, False),
        ({"first": "differs", "last": "differs", "street": "differs"}, 0.00001, True),
        ({"first": "same", "last": "differs", "street": "differs"}, 0.00001, False),
    ],
)
def test_two_are_told_apart_by_more_than_a_slip(levels, probability, are_apart):
    assert are_told_apart(levels, probability) is are_apart
    assert are_told_apart(levels, probability, suffixes_differ=True)
