"""Logins and cards in a profile: they count only while the customer has them, their own or of somebody behind them."""

import pytest

from customers.merging.undo_plan import plan_undo
from customers.models import Merge, PaySource
from tests.customers.simulation import Simulation

pytestmark = pytest.mark.django_db


@pytest.fixture
def simulation() -> Simulation:
    """Four people, each with a card of their own that no profile shows."""
    simulation = Simulation()
    for name in ("ann", "bob", "cid", "dan"):
        simulation.arrive(name, {}, "")
    return simulation


def test_an_undo_takes_the_card_back_all_along_the_chain(simulation):
    simulation.show_pay_source("bob", "bob")
    simulation.merge("ann", ["bob"], {}, None)
    [first] = simulation.standing()
    simulation.merge("cid", ["ann"], {}, None)
    simulation.merge("dan", ["cid"], {}, None)
    simulation.undo(first)
    assert [simulation.customer(name).pay_source for name in ("ann", "cid", "dan")] == [None] * 3
    simulation.rebuild()


def test_the_preview_does_not_promise_a_card_that_leaves(simulation):
    simulation.show_pay_source("bob", "bob")
    simulation.merge("ann", ["bob"], {}, None)
    simulation.edit("ann", {"pay_source": None})
    simulation.show_pay_source("ann", "bob")
    [outcome] = plan_undo(Merge.objects.get()).outcomes
    assert (outcome.field.key, outcome.after, outcome.is_reverted) == ("pay_source", None, True)


def test_a_card_that_leaves_is_named_though_the_merge_did_not_write_it(simulation):
    simulation.merge("ann", ["bob"], {}, None)
    simulation.show_pay_source("ann", "bob")
    [outcome] = plan_undo(Merge.objects.get()).outcomes
    assert (outcome.field.key, outcome.after) == ("pay_source", None)


def test_the_card_agreed_on_is_shown_though_an_older_edit_named_another(simulation):
    simulation.merge("ann", ["bob"], {}, None)
    simulation.show_pay_source("ann", "bob")
    simulation.undo(*simulation.standing())
    simulation.merge("ann", ["bob"], {"pay_source": "ann"}, None)
    assert simulation.customer("ann").pay_source is None
    simulation.rebuild()


def test_a_retired_customer_shows_no_card_of_somebody_merged_into_the_same_survivor(simulation):
    simulation.merge("ann", ["bob"], {}, None)
    simulation.show_pay_source("ann", "bob")
    simulation.undo(*simulation.standing())
    simulation.merge("cid", ["ann"], {}, None)
    simulation.merge("cid", ["bob"], {}, None)
    assert simulation.customer("ann").pay_source is None
    simulation.rebuild()


def test_a_split_takes_the_card_of_its_record_out_of_every_profile(simulation):
    simulation.order_of_match("ann's other", "ann")
    PaySource.objects.create(source_record=simulation.record("ann's other"))
    simulation.show_pay_source("ann", "ann's other")
    simulation.merge("bob", ["ann"], {}, None)
    simulation.split("eve", "ann's other")
    assert [simulation.customer(name).pay_source for name in ("ann", "bob")] == [None, None]
    simulation.rebuild()


def test_a_login_typed_in_a_merge_and_chosen_since_stays_after_the_undo(simulation):
    simulation.merge("ann", ["bob"], {"cart_login": ("anna",)}, None)
    simulation.edit("ann", {"cart_login": ""})
    simulation.edit("ann", {"cart_login": "anna"})
    simulation.undo(*simulation.standing())
    assert str(simulation.customer("ann").cart_login) == "anna"
    simulation.rebuild()


def test_a_login_typed_in_a_merge_goes_with_it_duplicate_by_duplicate(simulation):
    simulation.merge("ann", ["bob", "cid"], {"cart_login": ("anna",), "cart_password": ("hash",)}, None)
    [merge] = simulation.standing()
    simulation.undo(merge, "bob")
    assert str(simulation.customer("ann").cart_login) == "anna"
    simulation.undo(merge)
    assert simulation.customer("ann").cart_login is None
    simulation.rebuild()
