"""Names and other typed values inside a sentence."""

import sys
from string import Formatter

import crm.urls  # noqa: F401 - with it, every module that has messages
from customers.lib.phrases import ActMessage, customer_numbers, isolated, join_first
from customers.models import Customer
from tests.tables import table


@table("name", ["", "Helena Holý", "Ωμέγα", "李小龙", "Kathy O’Brien-Smith 2"])
def test_a_name_that_cannot_turn_a_sentence_stays_as_it_is(name: str) -> None:
    assert isolated(name) == name


@table("name", ["محمد", "יעקב כהן", "Evil\u202egnirts", "Anna\u200f", "\u2067x"])
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


def test_a_message_about_an_act_names_its_user_and_an_api_client_has_one_of_its_own() -> None:
    message = ActMessage("{user} marked {customer}.", "An API client marked {customer}.")
    assert message.text("محمد", customer=5) == "\u2068محمد\u2069 marked 5."
    assert message.text(None, customer=5) == "An API client marked 5."


def test_both_forms_of_every_message_about_an_act_have_the_same_places() -> None:
    values = [value for module in [*sys.modules.values()] for value in vars(module).values()]
    messages = {value for value in values if isinstance(value, ActMessage)}
    assert len(messages) > 5
    assert [message for message in messages if _places(message.by_user) != _places(message.by_client) | {"user"}] == []


def _places(text: str) -> set[str | None]:
    return {place for _, place, _, _ in Formatter().parse(text)} - {None}
