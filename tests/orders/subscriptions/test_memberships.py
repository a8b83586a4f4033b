"""A membership is reactivated, unless its purchase is not paid."""

import pytest

from customers.models import HistoryEntry
from orders import history
from orders.models import Membership
from orders.subscriptions.memberships import reactivate_membership
from tests.acts import cancel, merge, refusal
from tests.database import reloaded
from tests.factories import CustomerFactory, make_user, shipped_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def membership():
    membership = shipped_order().purchases.get().memberships.get()
    Membership.objects.update(status="EXPIRED")
    return reloaded(membership)


def test_it_is_active_again_and_the_history_of_its_purchase_says_who_did_it(membership):
    agent, updated = make_user("jane"), membership.updated
    assert reactivate_membership(membership, by=agent).status == "ACTIVE"
    stored = reloaded(membership)
    assert (stored.status, stored.updated > updated) == ("ACTIVE", True)
    [entry] = history.of(membership.purchase)
    purchase = f"{membership.purchase_id} ({membership.purchase.product})"
    assert (entry.text, entry.by) == (f"Reactivated membership Gold: helena of purchase {purchase}.", agent)


def test_one_without_a_purchase_is_in_the_history_of_its_customer(membership):
    Membership.objects.update(purchase=None)
    reactivate_membership(reloaded(membership), by=None)
    entry = HistoryEntry.objects.get(source_record=membership.source_record, kind="purchase")
    assert entry.text == "Reactivated membership Gold: helena."


def test_an_active_one_is_refused_and_nothing_is_written(membership):
    reactivate_membership(membership, by=None)
    entries = HistoryEntry.objects.count()
    assert refusal(reactivate_membership, membership, by=None) == "This membership is already active."
    assert HistoryEntry.objects.count() == entries


def test_one_whose_purchase_is_cancelled_is_refused(membership):
    cancel(membership.purchase)
    assert refusal(reactivate_membership, membership, by=None) == (
        f"Purchase {membership.purchase_id} of this membership is cancelled, so it is not paid."
        " Reactivate the purchase first."
    )
    assert reloaded(membership).status == "EXPIRED"


def test_one_of_a_merged_customer_is_reactivated_where_it_is(membership):
    survivor = CustomerFactory()
    merge(survivor, membership.source_record.customer)
    reactivate_membership(reloaded(membership), by=None)
    assert (reloaded(membership).source_record.customer, reloaded(membership).status) == (survivor, "ACTIVE")


def test_one_that_was_deleted_meanwhile_is_refused(membership):
    Membership.objects.all().delete()
    assert refusal(reactivate_membership, membership, by=None) == "This membership was deleted a moment ago."
