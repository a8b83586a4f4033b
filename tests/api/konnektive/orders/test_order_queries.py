from datetime import UTC, datetime

import pytest
from django.utils import timezone

from customers.models import Customer
from orders.models import Campaign, Fulfillment, Membership, Order, Purchase, Transaction
from tests.acts import merge
from tests.factories import order, shipped_order
from tests.tables import table

pytestmark = pytest.mark.django_db

TODAY = timezone.now().strftime("%m/%d/%Y")
DAYS = {"startDate": TODAY, "endDate": TODAY}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
TABLES = [Order, Transaction, Purchase, Membership, Fulfillment]
QUERIES = {
    "order/query": "orders",
    "transactions/query": "transactions",
    "purchase/query": "purchases",
    "members/query": "members",
    "fulfillment/query": "fulfillments",
}


def rows(answered):
    result, message = answered
    assert result == "SUCCESS", message
    return message["data"]


def test_an_order_is_shown_with_its_lines_and_parcels(shop):
    placed = shipped_order()
    [row] = rows(shop.ask("order/query", orderId=placed.number))
    assert (row["orderId"], row["actualOrderId"], row["customerId"]) == (
        placed.number,
        placed.pk,
        placed.source_record.customer_id,
    )
    assert (row["orderType"], row["orderStatus"], row["totalAmount"]) == ("NEW_SALE", "COMPLETE", "9.90")
    assert (row["amountPaid"], row["refundRemaining"], row["cardLast4"]) == ("9.90", "9.90", "4242")
    assert row["campaignName"] == "Spring"
    [(key, item)] = row["items"].items()
    assert key == item["orderItemId"]
    assert (item["name"], item["qty"], item["price"]) == ("Unlimited Monthly", "1", "9.90")
    [parcel] = row["fulfillments"]
    assert (parcel["status"], parcel["shipCarrier"], parcel["trackingNumber"]) == ("PENDING", "USPS", "TR1")
    assert "t0k" not in str(row)


def test_a_transaction_is_shown_with_its_order_and_card(shop):
    placed = shipped_order()
    [row] = rows(shop.ask("transactions/query", orderId=placed.number))
    assert (row["txnType"], row["responseType"], row["totalAmount"]) == ("SALE", "SUCCESS", "9.90")
    assert (row["orderId"], row["merchantTxnId"], row["cardLast4"]) == (placed.number, "REF1", "4242")
    assert isinstance(row["items"], list)
    assert "t0k" not in str(row)


def test_a_purchase_is_shown_with_how_it_is_billed(shop):
    placed = shipped_order()
    [row] = rows(shop.ask("purchase/query", orderId=placed.number))
    assert (row["status"], row["price"], row["billingIntervalDays"]) == ("ACTIVE", "9.90", 30)
    assert (row["orderId"], row["productName"]) == (placed.number, "Unlimited Monthly")


def test_a_membership_is_shown_without_its_password(shop):
    placed = shipped_order()
    [row] = rows(shop.ask("members/query", orderId=placed.number))
    assert row.keys() == {
        "memberId",
        "clubId",
        "clubName",
        "clubUsername",
        "status",
        "customerId",
        "orderId",
        "purchaseId",
        "nextBillDate",
        "dateCreated",
        "dateUpdated",
    }


@table(("path", "what"), QUERIES.items())
def test_nothing_found_is_said_in_the_words_that_clients_know(shop, path, what):
    assert shop.ask(path, **DAYS) == ("ERROR", f"No {what} matching those parameters could be found")


@table("path", QUERIES)
def test_rows_are_found_by_customer_by_day_and_by_what_the_customer_is_known_by(shop, path):
    placed = shipped_order()
    shipped_order(email="astrid@example.com", first_name="Astrid", last_name="Gruber")
    customer = placed.source_record.customer_id
    [row] = rows(shop.ask(path, customerId=customer))
    assert row["customerId"] == customer
    assert rows(shop.ask(path, emailAddress="helena@example.com", **DAYS)) == [row]
    assert len(rows(shop.ask(path, **DAYS))) == 2
    assert shop.ask(path, customerId=customer, startDate="1/1/20", endDate="2020-01-31")[0] == "ERROR"


@table("path", QUERIES)
def test_every_row_whose_owner_changed_in_a_merge_has_changed(shop, path):
    kept, moved = shipped_order(), shipped_order(email="hela@example.com", deduplicate=False)
    for model in TABLES:
        model.objects.update(at=LONG_AGO, updated=LONG_AGO)
    changed = {"dateRangeType": "dateUpdated", **DAYS}
    assert shop.ask(path, **changed)[0] == "ERROR"

    survivor = kept.source_record.customer
    merge(survivor, Customer.objects.get(pk=moved.source_record.customer_id))

    [row] = rows(shop.ask(path, **changed))
    assert row["customerId"] == survivor.pk


def test_rows_that_changed_and_rows_that_moved_stand_on_one_list(shop):
    kept, moved = shipped_order(), shipped_order(email="hela@example.com", deduplicate=False)
    Order.objects.filter(pk=moved.pk).update(updated=LONG_AGO)
    merge(kept.source_record.customer, moved.source_record.customer)
    changed = {"dateRangeType": "dateUpdated", "resultsPerPage": 1, **DAYS}
    pages = [shop.ask("order/query", page=n, **changed)[1] for n in (1, 2)]
    assert [page["totalResults"] for page in pages] == [2, 2]
    assert [page["data"][0]["orderId"] for page in pages] == [kept.number, moved.number]


@table("path", QUERIES)
def test_a_page_costs_as_much_however_many_stand_on_it(shop, path, django_assert_max_num_queries):
    for n in range(12):
        shipped_order(email=f"p{n}@example.com", first_name=f"P{n}")
    with django_assert_max_num_queries(14):
        assert len(rows(shop.ask(path, resultsPerPage=200, **DAYS))) == 12


@table(
    ("path", "parameters", "refused"),
    [
        ("order/query", {"orderStatus": "DONE"}, "orderStatus"),
        ("order/query", {"campaignId": "1,x"}, "campaignId"),
        ("order/query", {"dateRangeType": "dateShipped"}, "dateRangeType"),
        ("order/query", {"sortDir": "up"}, "sortDir"),
        ("transactions/query", {"txnType": "GIFT"}, "txnType"),
        ("purchase/query", {"status": "GONE"}, "status"),
        ("fulfillment/query", {"fulfillmentStatus": "LOST"}, "fulfillmentStatus"),
        ("order/query", {"startDate": "1/1/99999"}, "startDate"),
        ("order/query", {"startDate": TODAY, "endDate": "1/1/2020"}, "endDate"),
    ],
)
def test_a_parameter_that_means_nothing_is_refused_by_its_name(shop, path, parameters, refused):
    result, message = shop.ask(path, **DAYS | parameters)
    assert result == "ERROR"
    assert message.keys() == {refused}


def test_orders_of_several_campaigns_are_found_at_once(shop):
    placed = shipped_order()
    other = Campaign.objects.create(name="Autumn")
    assert rows(shop.ask("order/query", campaignId=f"{placed.campaign_id}, {other.pk}", **DAYS))
    assert shop.ask("order/query", campaignId=other.pk, **DAYS)[0] == "ERROR"


def test_campaigns_come_by_their_ids(shop):
    spring = Campaign.objects.create(name="Spring", kind="PHONE")
    Campaign.objects.create(name="Autumn")
    message = shop.ask("campaign/query", campaignType="PHONE")[1]
    assert message["data"] == {
        str(spring.pk): {"campaignId": spring.pk, "campaignName": "Spring", "campaignType": "PHONE"}
    }


def test_somebody_with_one_order_is_not_found_by_another_sources_number(shop):
    order(first_name="Helena", email="helena@example.com")
    assert shop.ask("order/query", orderId="nothing")[0] == "ERROR"
