"""A customer who has bought is never Lost by a merge."""

import pytest

from tests.acts import fresh, merge, undo
from tests.customers.profile.test_lead_status import lead, statuses
from tests.factories import CustomerFactory, customer_with_order, order
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def bought():
    return customer_with_order(email="bought@example.org")


@pytest.fixture
def lost():
    """Who never bought."""
    return CustomerFactory(first_name="Lo", email="lost@example.org", lead_status="lost")


def test_lost_is_not_carried_to_a_survivor_who_bought(bought, lost):
    merged = merge(bought, lost)
    assert statuses(bought) == [""]
    undo(merged)
    assert statuses(bought, lost) == ["", "lost"]


def test_who_is_lost_and_gets_what_somebody_bought_is_lost_no_more_until_an_undo(bought, lost):
    merged = merge(lost, bought)
    assert statuses(lost) == [""]
    undo(merged)
    assert statuses(lost, bought) == ["lost", ""]


def test_what_was_bought_while_merged_counts_only_as_long_as_the_buyer_is_part_of_it(bought, lost):
    between = CustomerFactory(first_name="Be")
    inner = merge(between, bought)
    merge(lost, between, lead_status=lost)
    order(email="bought@example.org", first_name=bought.first_name)
    assert statuses(lost) == [""]
    undo(inner)
    assert statuses(lost) == ["lost"]


def test_another_status_is_taken_instead(bought, lost):
    working = CustomerFactory(first_name="Wo", lead_status="working")
    merge(bought, lost, working)
    assert statuses(bought) == ["working"]


def test_without_anything_bought_lost_is_kept_and_taken(lost):
    blank = CustomerFactory(first_name="Bo")
    merge(blank, lost)
    assert statuses(blank) == ["lost"]


@table("how", ["picked", "typed"])
def test_somebody_may_pick_it_on_purpose(bought, lost, how):
    merge(bought, lost, lead_status=lost if how == "picked" else "lost")
    assert statuses(bought) == ["lost"]


def test_to_take_all_from_one_does_not_take_lost(as_admin, bought, lost):
    where = f"/customers/{bought.pk}/merge/values/?duplicate={lost.pk}"
    seen = f"{bought.version}-{lost.version}"
    data = {"seen": seen, "duplicate": lost.pk, "pick-lead_status": bought.pk, "all": lost.pk}
    page = as_admin.post(where, data).content.decode()
    assert f'name="pick-email" value="{lost.pk}" checked' in page
    assert f'name="pick-lead_status" value="{bought.pk}" checked' in page


def test_who_was_set_to_lost_after_buying_stays_so_because_by_hand_is_by_hand(lost):
    by_hand = lead("helena", "lost")
    merge(by_hand, lost)
    assert statuses(by_hand) == ["lost"]


def test_the_page_picks_what_will_be(as_admin, bought, lost):
    page = as_admin.get(f"/customers/{lost.pk}/merge/values/?duplicate={bought.pk}").content.decode()
    assert f'name="pick-lead_status" value="{bought.pk}" checked' in page
    assert fresh(lost)[0].lead_status == "lost"
