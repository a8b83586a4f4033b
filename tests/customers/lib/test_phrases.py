"""Names and other typed values inside a sentence."""

import pytest

from customers.lib.phrases import customer_numbers, isolated, join_first
from customers.models import Customer


@pytest.mark.parametrize("name", ["", "Helena Holý", "Ωμέγα", "李小龙", "Kathy O’Brien-Smith 2"])
def test_a_name_that_cannot_turn_a_sentence_stays_as_it_is(name: str) -> None:
    assert isolated(name) == name


@pytest.mark.parametrize("name", ["محمد", "יעקב כהן", "Evil\u202egnirts", "Anna\u200f", "\u2067x"])
def test_a_name_that_could_turn_a_sentence_is_isolated(name: str) -> None:
    assert isolated(name)[0] == "\u2068"
    assert isolated(name)[-1] == "\u2069"


def test_a_name_cannot_end_its_isolate_early() -> None:
    assert isolated("a\u2069\u202eb\u2066") == "\u2068a\u202eb\u2069"


def test_the_number_of_a_customer_stands_after_the_isolated_name() -> None:
    assert Customer(pk=99, first_name="محمد").name_with_number == "\u2068محمد\u2069 (99)"
    assert Customer(pk=99, first_name="محمد 99").name_with_number == "\u2068محمد 99\u2069"


def test_a_name_on_a_page_cannot_end_the_isolate_around_it() -> None:
    assert Customer(pk=99, first_name="a\u2069\u202eb").name == "a\u202eb"


def test_customers_are_counted_in_words() -> None:
    assert customer_numbers([61]) == "customer 61"
    assert customer_numbers([6, 61]) == "customers 6 and 61"


def test_the_first_of_many_words_are_named_and_the_others_counted() -> None:
    assert join_first(["A", "B"], 2) == "A and B"
    assert join_first(["A", "B", "C", "D", "E"], 2) == "A, B and 3 more"
