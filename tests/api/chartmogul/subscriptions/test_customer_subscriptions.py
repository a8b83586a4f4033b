import chartmogul
import pytest

from customers.models import HistoryEntry
from orders.models import Purchase
from tests.acts import merge
from tests.api.caller import Caller
from tests.api.chartmogul.page_numbers import NUMBERS
from tests.api.chartmogul.published_client import published_client
from tests.days import day
from tests.factories.invoices import line, plan, purchase, record
from tests.orders.revenue.movement_lines import moved
from tests.tables import table

pytestmark = pytest.mark.django_db

KEYS = {
    "id": int,
    "uuid": str,
    "external_id": str,
    "subscription_set_external_id": str | None,
    "plan": str,
    "quantity": int,
    "mrr": int,
    "arr": int,
    "status": str,
    "billing-cycle": str,
    "billing-cycle-count": int,
    "start-date": str,
    "end-date": str | None,
    "currency": str,
    "currency-sign": str,
}


@pytest.fixture
def caller() -> Caller:
    return Caller()


def listed(caller, customer, **query):
    return caller.get(f"customers/{customer.uuid}/subscriptions", **query).json()


@pytest.fixture
def switched(caller):
    """A subscription of the old billing system that ended, and the one of the new that followed."""
    of = record()
    old = purchase(of, day(1), external_id="old", cancelled_at=day(6))
    new = purchase(of, day(7), external_id="new")
    line(old, day(1), "50.00")
    line(new, day(7), "60.00")
    return of.customer, old, new


def test_a_subscription_has_this_shape(caller):
    of = record()
    one = purchase(of, product=plan("Gold", 3), external_id="sub_1", set_external_id="set_1", quantity=10)
    line(one, day(1), "300.00", service_to=day(4))
    answer = listed(caller, of.customer)

    assert answer.keys() == {"entries", "cursor", "has_more"} | NUMBERS
    (entry,) = answer["entries"]
    assert {key: type(entry[key]) for key in entry} == {key: type(entry[key]) for key in KEYS}
    assert all(isinstance(entry[key], kind) for key, kind in KEYS.items())
    assert entry == {
        "id": one.pk,
        "uuid": one.uuid[4:],
        "external_id": "sub_1",
        "subscription_set_external_id": "set_1",
        "plan": "Gold",
        "quantity": 10,
        "mrr": 10_000,
        "arr": 120_000,
        "status": "active",
        "billing-cycle": "month",
        "billing-cycle-count": 3,
        "start-date": "2024-01-01T00:00:00+00:00",
        "end-date": "2024-04-01T00:00:00+00:00",
        "currency": "USD",
        "currency-sign": "$",
    }


def test_one_that_ended_keeps_what_it_was_worth(caller, switched):
    customer, *_ = switched
    old, new = listed(caller, customer)["entries"]

    assert [old[key] for key in ("mrr", "status", "end-date")] == [5_000, "inactive", "2024-06-01T00:00:00+00:00"]
    assert [new[key] for key in ("mrr", "status", "end-date")] == [6_000, "active", "2024-08-01T00:00:00+00:00"]


def test_one_that_was_never_billed_is_inactive_and_worth_nothing(caller):
    of = record()
    purchase(of, status="TRIAL")

    (entry,) = listed(caller, of.customer)["entries"]
    assert [entry[key] for key in ("mrr", "status", "end-date")] == [0, "inactive", None]


def test_connected_ones_are_one_entry_until_they_are_disconnected(caller, switched):
    customer, old, new = switched
    both = {"subscriptions": [{"uuid": old.uuid}, {"data_source_uuid": source_of(new), "external_id": "new"}]}
    answer = caller.post(f"customers/{customer.uuid}/connect_subscriptions", both)

    assert (answer.status_code, answer.json()) == (202, {})
    (entry,) = listed(caller, customer)["entries"]
    assert [entry[key] for key in ("id", "external_id", "mrr", "status")] == [old.pk, "new", 6_000, "active"]
    assert entry["start-date"] == "2024-01-01T00:00:00+00:00"
    assert moved(customer) == [("new_biz", 5_000, 5_000), ("expansion", 1_000, 6_000)]

    answer = caller.post(f"customers/{customer.uuid}/disconnect_subscriptions", both)
    assert (answer.status_code, answer.json()) == (202, {})
    assert len(listed(caller, customer)["entries"]) == 2
    assert len(moved(customer)) == 3


def source_of(one: Purchase) -> str:
    return one.source_record.data_source.uuid


def test_connecting_is_written_down_once_with_who_did_it(caller, switched):
    customer, old, new = switched
    both = {"subscriptions": [{"uuid": old.uuid}, {"uuid": new.uuid.removeprefix("sub_")}]}
    for _ in range(2):
        assert caller.post(f"customers/{customer.uuid}/connect_subscriptions", both).status_code == 202

    entries = HistoryEntry.objects.filter(source_record=old.source_record, kind="purchase")
    assert [(entry.text, entry.by) for entry in entries.order_by("purchase_id")] == [
        (f"Connected purchase {old.pk} (Gold) with {new.pk} (Gold).", caller.user),
        (f"Connected purchase {new.pk} (Gold) with {old.pk} (Gold).", caller.user),
    ]


def test_all_that_two_are_connected_with_become_one(caller):
    of = record()
    every = [purchase(of, day(n)) for n in range(1, 5)]
    for pair in (every[:2], every[2:], every[1:3]):
        body = {"subscriptions": [{"uuid": purchase.uuid} for purchase in pair]}
        caller.post(f"customers/{of.customer.uuid}/connect_subscriptions", body)
    assert len(listed(caller, of.customer)["entries"]) == 1

    body = {"subscriptions": [{"uuid": purchase.uuid} for purchase in every[:3]]}
    caller.post(f"customers/{of.customer.uuid}/disconnect_subscriptions", body)
    assert set(Purchase.objects.values_list("connection", flat=True)) == {""}


@table(
    ("named", "status", "param"),
    [
        ([{"uuid": "sub_unknown"}], 404, "subscriptions"),
        ([{"data_source_uuid": "ds_unknown", "external_id": "old"}], 404, "subscriptions"),
        ([{"data_source_uuid": "ds_unknown"}], 400, "subscriptions"),
        ([{"external_id": "o\0ld"}], 400, "subscriptions"),
        ([{"external_id": 5.5}], 422, "subscriptions.0.external_id"),
        ([{"external_id": "old"}], 422, "subscriptions"),
        ([], 422, "subscriptions"),
        ([{"external_id": "old"}] * 201, 422, "subscriptions"),
        ("old", 422, "subscriptions"),
    ],
)
def test_what_cannot_be_connected_is_refused(caller, switched, named, status, param):
    customer, *_ = switched
    answer = caller.post(f"customers/{customer.uuid}/connect_subscriptions", {"subscriptions": named})

    assert answer.status_code == status
    assert param in (answer.json()["errors"] if status == 422 else {answer.json()["param"]})
    assert set(Purchase.objects.values_list("connection", flat=True)) == {""}


def test_anothers_subscription_is_not_found(caller, switched):
    customer, old, _ = switched
    other = purchase(record())
    body = {"subscriptions": [{"uuid": old.uuid}, {"uuid": other.uuid}]}

    assert caller.post(f"customers/{customer.uuid}/connect_subscriptions", body).status_code == 404


def test_an_id_that_was_merged_away_has_what_the_survivor_has(caller, switched):
    customer, old, new = switched
    survivor = record().customer
    merge(survivor, customer)
    body = {"subscriptions": [{"uuid": old.uuid}, {"uuid": new.uuid}]}

    assert caller.post(f"customers/{customer.uuid}/connect_subscriptions", body).status_code == 202
    assert listed(caller, customer) == listed(caller, survivor)
    assert len(listed(caller, survivor)["entries"]) == 1


def test_pages_follow_each_other(caller):
    of = record()
    for n in range(1, 6):
        line(purchase(of, day(n), external_id=str(n)), day(n), "50.00")
    ids, cursor = [], ""
    for _ in range(3):
        page = listed(caller, of.customer, per_page=2, **({"cursor": cursor} if cursor else {}))
        ids += [entry["external_id"] for entry in page["entries"]]
        cursor = page["cursor"]

    assert (ids, page["has_more"]) == (["1", "2", "3", "4", "5"], False)


def test_many_take_as_many_queries_as_one(caller, django_assert_max_num_queries):
    of = record()
    for n in range(1, 12):
        line(purchase(of, day(n), product=plan(f"Plan {n}")), day(n), "50.00")
    # The key and its user's permissions (4), the customer, the first members, their subscriptions, lines and plans.
    with django_assert_max_num_queries(9):
        assert len(listed(caller, of.customer)["entries"]) == 11


class TestThePublishedClient:
    @pytest.fixture
    def config(self, live_server):
        return published_client(live_server, Caller().token)

    @pytest.mark.django_db(transaction=True)
    def test_lists_connects_and_disconnects(self, config):
        of = record()
        both = [purchase(of, day(n)) for n in (1, 2)]
        for connected in both:
            line(connected, connected.at, "50.00")
        data = {
            "subscriptions": [{"data_source_uuid": source_of(connected), "uuid": connected.uuid} for connected in both]
        }

        answer = chartmogul.Customer.subscriptions(config, uuid=of.customer.uuid).get()
        assert [(entry.mrr, entry.billing_cycle, entry.start_date) for entry in answer.entries] == [
            (5_000, "month", day(1)),
            (5_000, "month", day(2)),
        ]
        chartmogul.Customer.connectSubscriptions(config, uuid=of.customer.uuid, data=data).get()
        assert len(chartmogul.CustomerSubscription.all(config, uuid=of.customer.uuid).get().entries) == 1
        chartmogul.Customer.disconnectSubscriptions(config, uuid=of.customer.uuid, data=data).get()
        assert len(chartmogul.CustomerSubscription.all(config, uuid=of.customer.uuid).get().entries) == 2


def test_a_connected_purchase_is_on_no_later_page_than_the_first_of_its_subscription(caller):
    of = record()
    first, alone = purchase(of, day(1), connection="one"), purchase(of, day(2))
    for later in (3, 4):
        purchase(record(customer=of.customer), day(later), connection="one")
    last = purchase(of, day(5))

    shown, cursor = [], {}
    while True:
        answer = listed(caller, of.customer, per_page=1, **cursor)
        shown += [entry["id"] for entry in answer["entries"]]
        if not answer["has_more"]:
            break
        cursor = {"cursor": answer["cursor"]}
    assert shown == [first.pk, alone.pk, last.pk]
