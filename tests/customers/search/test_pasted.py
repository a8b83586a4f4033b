"""What people paste into a search: an address line of a mail, a list of emails, a name beside a phone."""

import pytest

from customers.search.first_found import first_found
from customers.search.scan import scan
from customers.search.search_text import SearchText
from customers.search.sorting import NEWEST_FIRST
from tests.factories import customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db


def found(text):
    return set(first_found(text))


@pytest.fixture(autouse=True)
def holub():
    return customer_with_order(first_name="Jan", last_name="Holub", email="holub@shop.org", phone="+1 817 924 7272")


@pytest.fixture(autouse=True)
def eva():
    return customer_with_order(first_name="Eva", last_name="Nová", email="eva@straße.de", phone="+1 817 924 7273")


@table(
    "text",
    [
        "Holub holub@shop.org",
        "Jan Holub <holub@shop.org>",
        '"Holub, Jan" <holub@shop.org>',
        "<holub@shop.org>",
        "mailto:holub@shop.org",
        "mailto:Holub@Shop.org?subject=Hello",
        "holub@shop.org,",
        "holub@shop.org;",
        "\ufeffholub@shop.org",
        "“holub@shop.org”",
        "'holub@shop.org'.",
        "(holub@shop.org)",
        "holub@sh",
        "Holub 817-924-7272",
        "817 924 7272 Holub",
    ],
)
def test_what_is_pasted_around_an_email_or_a_name_does_not_count(text, holub):
    assert found(text) == {holub}
    assert {pk for part in scan([SearchText(text)], NEWEST_FIRST) for *_, pk in part.passing} == {holub.pk}


@table(
    "text",
    [
        "holub@shop.org; eva@straße.de",
        "holub@shop.org,eva@xn--strae-oqa.de",
        "Jan Holub <holub@shop.org>; Eva Nová <eva@straße.de>",
        "nobody@shop.org holub@shop.org eva@straße.de",
    ],
)
def test_a_list_of_emails_finds_everybody_who_has_one(text, holub, eva):
    assert found(text) == {holub, eva}


@table(
    "text",
    ["Holub eva@straße.de", "Eva holub@shop.org", "eva@strasse.de", "Holub 817-924-7273", "holub@shop.com; <x@y.z>"],
)
def test_a_name_beside_the_email_or_phone_of_somebody_else_finds_nobody(text):
    assert found(text) == set()


def test_the_last_of_many_emails_finds_as_the_first_does_and_costs_no_more(holub, eva, django_assert_max_num_queries):
    many = [f"customer-{n}@some-shop.example" for n in range(60)]
    with django_assert_max_num_queries(3):  # who has one, in their order, and what they are
        assert found("; ".join(many)) == set()
    with django_assert_max_num_queries(3):
        assert found("; ".join([*many, "Eva <eva@straße.de>", "holub@shop.org"])) == {holub, eva}


@table("text", ["holub " * 40, "a-" * 100, "holub@shop.org " * 14, "a@b.c;" * 33, "a b c d e f g h@i.j"])
def test_any_number_of_words_takes_a_few_statements(text, django_assert_max_num_queries, holub):
    with django_assert_max_num_queries(21):
        assert found(text) in (set(), {holub})
