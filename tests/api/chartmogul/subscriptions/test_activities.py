from uuid import UUID

import chartmogul
import pytest

from orders.revenue import activities
from tests.acts import merge, undo
from tests.api.caller import Caller
from tests.api.chartmogul.page_numbers import NUMBERS
from tests.api.chartmogul.published_client import published_client
from tests.api.chartmogul.subscriptions.activity_pages import every_page, of_account
from tests.days import day
from tests.factories.invoices import count_purchases, line, plan, purchase, record
from tests.tables import table

pytestmark = pytest.mark.django_db

OF_CUSTOMER = {
    "id": int,
    "description": str,
    "activity-mrr-movement": int,
    "activity-mrr": int,
    "activity-arr": int,
    "date": str,
    "type": str,
    "currency": str,
    "currency-sign": str,
    "subscription-external-id": str,
    "plan-external-id": str,
}
OF_ACCOUNT = {
    "description": str,
    "activity-mrr-movement": int,
    "activity-mrr": int,
    "activity-arr": int,
    "date": str,
    "type": str,
    "currency": str,
    "subscription-external-id": str,
    "subscription-set-external-id": str,
    "plan-external-id": str,
    "customer-name": str,
    "customer-uuid": str,
    "customer-external-id": str,
    "billing-connector-uuid": str,
    "uuid": str,
}


@pytest.fixture
def of():
    """Somebody who came, paid more, and left."""
    bought = record()
    one = purchase(bought, external_id="sub_1", cancelled_at=day(5), product=plan(external_id="gold"))
    for month, amount in enumerate(("50.00", "50.00", "80.00"), 1):
        line(one, day(month), amount)
    return bought


@pytest.fixture
def many_at_one_moment(db):
    same = day(1)
    for n in range(2):
        of = record()
        again = purchase(of, same, past_cancellations=["2024-02-01T00:00:00+00:00"], cancelled_at=day(4))
        line(again, same, "50.00")
        line(again, day(3), "50.00")
        line(purchase(of, same), same, "10.00", currency="EUR")
        purchase(of, day(n + 1))
        moving = purchase(of, day(2))
        line(moving, day(2), "70.00")
        line(moving, day(5), "60.00", currency="EUR")


class TestOfACustomer:
    def listed(self, caller, of, **query):
        count_purchases()
        return caller.get(f"customers/{of.customer.uuid}/activities", **query).json()

    def test_have_this_shape(self, caller, of):
        answer = self.listed(caller, of)

        assert answer.keys() == {"entries", "cursor", "has_more"} | NUMBERS
        for entry in answer["entries"]:
            assert {key: type(value) for key, value in entry.items()} == OF_CUSTOMER
        assert {**answer["entries"][-1], "id": 0} == {
            "id": 0,
            "description": "cancelled their Gold plan",
            "activity-mrr-movement": -8_000,
            "activity-mrr": 0,
            "activity-arr": 0,
            "date": "2024-05-01T00:00:00+00:00",
            "type": "churn",
            "currency": "USD",
            "currency-sign": "$",
            "subscription-external-id": "sub_1",
            "plan-external-id": "gold",
        }
        assert [entry["type"] for entry in answer["entries"]] == ["new_biz", "expansion", "churn"]

    def test_are_told_a_page_at_a_time(self, caller, of):
        first = self.listed(caller, of, per_page=2)
        second = self.listed(caller, of, per_page=2, cursor=first["cursor"])

        assert (first["has_more"], second["has_more"]) == (True, False)
        assert first["entries"] + second["entries"] == self.listed(caller, of)["entries"]

    def test_are_those_of_all_who_were_merged_and_of_each_again_after_the_undo(self, caller, of):
        other = record("Other billing")
        line(purchase(other, day(4)), day(4), "20.00")
        before = self.listed(caller, of)
        standing = merge(other.customer, of.customer)

        assert [entry["type"] for entry in self.listed(caller, of)["entries"]] == [
            "new_biz",
            "expansion",
            "expansion",
            "contraction",
        ]
        undo(standing)
        assert self.listed(caller, of) == before

    @table("cursor", ["x", "0", "ff76d95f-1111-4111-8111-111111111110", "\0"])
    def test_a_cursor_of_somebody_else_is_refused(self, caller, of, cursor):
        answer = caller.get(f"customers/{of.customer.uuid}/activities", cursor=cursor)

        assert (answer.status_code, answer.json()["param"]) == (400, "cursor")

    def test_nobody_has_any(self, caller):
        assert caller.get("customers/cus_unknown/activities").status_code == 404


class TestOfTheAccount:
    def test_have_this_shape(self, caller, of):
        answer = of_account(caller)

        assert answer.keys() == {"entries", "cursor", "has_more", "per_page"}
        for entry in answer["entries"]:
            assert {key: type(value) for key, value in entry.items()} == OF_ACCOUNT
        first = answer["entries"][0]
        assert UUID(first.pop("uuid")).version == 8
        assert first == {
            "description": "purchased the Gold plan",
            "activity-mrr-movement": 5_000,
            "activity-mrr": 5_000,
            "activity-arr": 60_000,
            "date": "2024-01-01T00:00:00+00:00",
            "type": "new_biz",
            "currency": "USD",
            "subscription-external-id": "sub_1",
            "subscription-set-external-id": "",
            "plan-external-id": "gold",
            "customer-name": "Helena Holý",
            "customer-uuid": of.customer.uuid,
            "customer-external-id": of.external_id,
            "billing-connector-uuid": of.data_source.uuid,
        }

    def test_are_in_order_of_time_either_way(self, caller, of):
        other = record()
        line(purchase(other, day(2)), day(2), "20.00")
        oldest_first = of_account(caller, order="date")["entries"]

        assert [entry["date"][5:7] for entry in oldest_first] == ["01", "02", "03", "05"]
        assert of_account(caller, order="-date")["entries"] == oldest_first[::-1]
        assert of_account(caller)["entries"] == oldest_first

    def test_can_be_those_of_some_days_and_types(self, caller, of):
        kinds = {"start-date": "2024-03-01", "end-date": "2024-05-01"}
        assert [entry["type"] for entry in of_account(caller, **kinds)["entries"]] == ["expansion", "churn"]
        # Some clients send what their documentation shows.
        kinds = {"start_date": "2024-01-01T00:00:01Z", "end_date": "2024-04-30"}
        assert [entry["type"] for entry in of_account(caller, **kinds)["entries"]] == ["expansion"]
        assert [entry["type"] for entry in of_account(caller, type="churn")["entries"]] == ["churn"]
        assert of_account(caller, type="reactivation") == {
            "entries": [],
            "cursor": of_account(caller)["cursor"],
            "has_more": False,
            "per_page": 200,
        }

    @table("order", ["date", "-date"])
    @table(("stretch", "per_page"), [(1, 1), (2, 3), (3, 2), (250, 4)])
    def test_every_page_goes_on_where_the_one_before_ended(
        self, caller, monkeypatch, many_at_one_moment, order, stretch, per_page
    ):
        monkeypatch.setattr(activities, "BATCH", stretch)
        monkeypatch.setattr(activities, "MOST_BATCHES", 2)
        entries = every_page(caller, order=order, per_page=per_page)
        monkeypatch.undo()

        whole = every_page(caller, order=order)
        assert len(whole) == len({entry["uuid"] for entry in whole}) == 18
        assert entries == whole

    def test_go_on_after_one_that_is_named(self, caller, of):
        first, *others = of_account(caller)["entries"]

        assert of_account(caller, **{"start-after": first["uuid"]})["entries"] == others

    def test_keep_their_uuids(self, caller, of):
        before = {entry["uuid"] for entry in of_account(caller)["entries"]}
        standing = merge(record().customer, of.customer)
        assert {entry["uuid"] for entry in of_account(caller)["entries"]} == before
        undo(standing)
        assert {entry["uuid"] for entry in of_account(caller)["entries"]} == before

    @table(
        ("query", "status"),
        [
            ({"start-date": "yesterday"}, 422),
            ({"end-date": "99999-01-01"}, 422),
            ({"type": "upgrade"}, 422),
            ({"order": "amount"}, 422),
            ({"per_page": "0"}, 422),
            ({"cursor": "unknown"}, 400),
            ({"start-after": "ff76d95f-1111-4111-8111-111111111110"}, 400),
            ({"cursor": str(UUID(int=(1 << 128) - 1))}, 400),
        ],
    )
    def test_what_cannot_be_asked_is_refused(self, caller, query, status):
        assert caller.get("activities", **query).status_code == status


@pytest.mark.django_db(transaction=True)
def test_the_published_client_reads_both(live_server):
    config = published_client(live_server, Caller().token)
    of = record()
    for n in (1, 2):
        line(purchase(of, day(n)), day(n), "50.00")
    count_purchases()

    first = chartmogul.Activity.all(config, **{"start-date": "2024-01-01", "per_page": 1, "order": "date"}).get()
    second = chartmogul.Activity.all(config, cursor=first.cursor).get()
    assert (first.has_more, second.has_more) == (True, False)
    assert [(entry.type, entry.activity_mrr, entry.date) for entry in (*first.entries, *second.entries)] == [
        ("new_biz", 5_000, day(1)),
        ("expansion", 10_000, day(2)),
    ]
    mine = chartmogul.CustomerActivity.all(config, uuid=of.customer.uuid).get()
    assert [entry.activity_arr for entry in mine.entries] == [60_000, 120_000]
