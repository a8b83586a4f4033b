"""Who may view customers but not orders learns of none in either API; who sends orders, of those of others."""

from datetime import UTC, datetime

import pytest

from customers.models import HistoryKind
from customers.models.history import OF_ORDERS
from orders.models import Order, Transaction
from tests.acts import edit, rebuild
from tests.api.caller import Caller
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.api.konnektive.store import VISA, Store
from tests.factories import customer_with_order

pytestmark = pytest.mark.django_db
VIEW, ORDERS, SEND = "customers.view_customer", "orders.view_order", "orders.add_order"
PERSON = {"name", "firstName", "emailAddress", "phoneNumber", "address1", "shipCity", "ipAddress"}


@pytest.fixture
def office(db):
    return KonnektiveCaller(VIEW, ORDERS, username="office")


@pytest.fixture
def desk(db):
    return KonnektiveCaller(VIEW, username="desk")


@pytest.fixture
def buyer(db):
    """Whose last order is later than any change."""
    customer = edit(customer_with_order(email="helena@reunite.cz"), first_name="Elena")
    Order.objects.update(at=datetime(2030, 1, 2, 12, tzinfo=UTC))
    rebuild()
    return customer


def test_the_history_leaves_out_what_was_ordered(office, desk, buyer):
    everything, seen = ({row["type"] for row in rows} for rows in ask_both(office, desk, "history", buyer))
    assert everything & OF_ORDERS
    assert seen == everything - OF_ORDERS
    assert HistoryKind.EDIT in seen


def ask_both(office, desk, call, buyer):
    return [caller.ask(f"customer/{call}", customerId=buyer.pk)[1]["data"] for caller in (office, desk)]


def test_the_most_recent_activity_is_not_that_of_an_order(office, desk, buyer):
    (complete,), (shown,) = ask_both(office, desk, "query", buyer)
    assert complete["mostRecentActivity"].startswith("2030-01-02")
    assert shown["mostRecentActivity"] == shown["dateUpdated"]


def test_nobody_is_found_by_the_day_of_an_order(office, desk, buyer):
    sent = {"dateRangeType": "mostRecentActivity", "startDate": "01/02/2030", "endDate": "01/03/2030"}
    assert office.ask("customer/query", **sent)[0] == "SUCCESS"
    assert desk.ask("customer/query", **sent)[0] == "ERROR"


def test_revenue_is_told_only_to_who_may_view_orders():
    store = Store()
    customer = store.order(product1_id=store.monthly.pk)[1]["customerId"]
    complete, shown = (
        next(entry for entry in caller.get("customers").json()["entries"] if entry["id"] == customer)
        for caller in (Caller(VIEW, ORDERS, username="office"), Caller(VIEW, username="desk"))
    )
    assert (complete["mrr"], complete["arr"]) == (990, 11880)
    assert (shown["mrr"], shown["arr"]) == (0, 0)


@pytest.fixture
def sender(db):
    return KonnektiveCaller(SEND, username="sender")


def test_who_only_sends_orders_cannot_use_those_of_another_program(sender):
    store = Store()
    order, lead = store.order(**VISA)[1], store.lead(emailAddress="other@reunite.cz", firstName="Other")[1]
    before = Transaction.objects.count()
    tries = [
        sender.ask("upsale/import", orderId=order["orderId"], productId=store.video.pk),
        sender.ask("leads/import", orderId=lead["orderId"], campaignId=store.campaign.pk, firstName="Mallory"),
        sender.ask("order/import", orderId=lead["orderId"], campaignId=store.campaign.pk, paySource="PREPAID"),
    ]
    assert [result for result, _ in tries] == ["ERROR"] * 3
    assert "Helena" not in str(tries)
    assert Transaction.objects.count() == before
    assert not Order.objects.filter(first_name="Mallory").exists()


def test_who_only_sends_orders_goes_on_with_their_own_and_is_told_of_no_person(sender):
    store = Store()
    store.caller = sender
    _, lead = store.lead()
    _, order = store.order(orderId=lead["orderId"], **VISA)
    result, upsale = sender.ask("upsale/import", orderId=order["orderId"], productId=store.monthly.pk)
    assert (result, lead["orderId"]) == ("SUCCESS", upsale["orderId"])
    assert [PERSON & answer.keys() for answer in (lead, order, upsale)] == [set()] * 3
