"""Logins and cards in a profile: they count only while the customer has them, their own or of somebody behind them."""

import pytest

from customers.merging.undo_plan import plan_undo
from customers.models import Merge, PaySource
from tests.customers.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Four people, each with a card of their own that no profile shows."""
    world = World()
    for name in ("ann", "bob", "cid", "dan"):
        world.arrive(name, {}, "")
    return world


def test_an_undo_takes_the_card_back_all_along_the_chain(world):
    world.show_pay_source("bob", "bob")
    world.merge("ann", ["bob"], {}, None)
    [first] = world.standing()
    world.merge("cid", ["ann"], {}, None)
    world.merge("dan", ["cid"], {}, None)
    world.undo(first)
    assert [world.customer(name).pay_source for name in ("ann", "cid", "dan")] == [None] * 3
    world.rebuild()


def test_the_preview_does_not_promise_a_card_that_leaves(world):
    world.show_pay_source("bob", "bob")
    world.merge("ann", ["bob"], {}, None)
    world.edit("ann", {"pay_source": None})
    world.show_pay_source("ann", "bob")
    [outcome] = plan_undo(Merge.objects.get()).outcomes
    assert (outcome.field.key, outcome.after, outcome.is_reverted) == ("pay_source", None, True)


def test_a_card_that_leaves_is_named_though_the_merge_did_not_write_it(world):
    world.merge("ann", ["bob"], {}, None)
    world.show_pay_source("ann", "bob")
    [outcome] = plan_undo(Merge.objects.get()).outcomes
    assert (outcome.field.key, outcome.after) == ("pay_source", None)


def test_the_card_agreed_on_is_shown_though_an_older_edit_named_another(world):
    world.merge("ann", ["bob"], {}, None)
    world.show_pay_source("ann", "bob")
    world.undo(*world.standing())
    world.merge("ann", ["bob"], {"pay_source": "ann"}, None)
    assert world.customer("ann").pay_source is None
    world.rebuild()


def test_a_retired_customer_shows_no_card_of_somebody_merged_into_the_same_survivor(world):
    world.merge("ann", ["bob"], {}, None)
    world.show_pay_source("ann", "bob")
    world.undo(*world.standing())
    world.merge("cid", ["ann"], {}, None)
    world.merge("cid", ["bob"], {}, None)
    assert world.customer("ann").pay_source is None
    world.rebuild()


def test_a_split_takes_the_card_of_its_record_out_of_every_profile(world):
    world.order_of_match("ann's other", "ann")
    PaySource.objects.create(source_record=world.record("ann's other"))
    world.show_pay_source("ann", "ann's other")
    world.merge("bob", ["ann"], {}, None)
    world.split("eve", "ann's other")
    assert [world.customer(name).pay_source for name in ("ann", "bob")] == [None, None]
    world.rebuild()


def test_a_login_typed_in_a_merge_and_chosen_since_stays_after_the_undo(world):
    world.merge("ann", ["bob"], {"cart_login": ("anna",)}, None)
    world.edit("ann", {"cart_login": ""})
    world.edit("ann", {"cart_login": "anna"})
    world.undo(*world.standing())
    assert str(world.customer("ann").cart_login) == "anna"
    world.rebuild()


def test_a_login_typed_in_a_merge_goes_with_it_duplicate_by_duplicate(world):
    world.merge("ann", ["bob", "cid"], {"cart_login": ("anna",), "cart_password": ("hash",)}, None)
    [merge] = world.standing()
    world.undo(merge, "bob")
    assert str(world.customer("ann").cart_login) == "anna"
    world.undo(merge)
    assert world.customer("ann").cart_login is None
    world.rebuild()
