from decimal import Decimal

import chartmogul
import pytest
from chartmogul import Plan as Client

from orders.intake.order import IncomingPurchase
from orders.models import Product
from tests.api.caller import Caller
from tests.api.chartmogul.page_numbers import NUMBERS
from tests.api.chartmogul.published_client import published_client
from tests.factories import DataSourceFactory, ProductFactory, order
from tests.tables import table

pytestmark = pytest.mark.django_db


def gold(**values):
    about = {"name": "Gold", "interval_count": 1, "interval_unit": "month", "external_id": "gold"}
    return {"data_source_uuid": DataSourceFactory().uuid, **about, **values}


def test_a_plan_is_a_product_that_bills_again():
    response = Caller().post("plans", gold())
    assert response.status_code == 201
    plan = Product.objects.get()
    assert response.json() == {"uuid": plan.uuid, **gold()}
    assert (plan.name, plan.sku, plan.interval_count, plan.interval_unit) == ("Gold", "gold", 1, "month")


def test_a_plan_without_an_external_id_is_given_one():
    sent = gold()
    del sent["external_id"]
    shown = Caller().post("plans", sent).json()
    assert len(shown["external_id"]) == 36


def test_a_name_that_another_product_goes_by_leaves_that_product_its_number():
    ProductFactory(sku="gold")
    caller = Caller()
    caller.post("plans", gold())
    caller.post("plans", gold(external_id="g" * 61))
    assert {product.sku for product in Product.objects.exclude(data_source=None)} == {
        product.uuid for product in Product.objects.exclude(data_source=None)
    }


def test_a_plan_is_sent_once():
    caller = Caller()
    caller.post("plans", gold())
    response = caller.post("plans", gold())
    assert response.status_code == 422
    assert response.json() == {"errors": {"external_id": "The external ID for this plan already exists in our system."}}
    assert caller.post("plans", gold(data_source_uuid=DataSourceFactory(name="Market").uuid)).status_code == 201


@table(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": None}, "name"),
        ({"interval_count": 0}, "interval_count"),
        ({"interval_count": 99999}, "interval_count"),
        ({"interval_count": "many"}, "interval_count"),
        ({"interval_unit": "week"}, "interval_unit"),
        ({"external_id": "x" * 256}, "external_id"),
        ({"external_id": "a\x00b"}, "external_id"),
    ],
)
def test_what_cannot_be_a_plan_is_refused(wrong, field):
    response = Caller().post("plans", gold(**wrong))
    assert (response.status_code, *response.json()["errors"]) == (422, field)
    assert not Product.objects.exists()


def test_a_plan_of_an_unknown_data_source_is_not_found():
    assert Caller().post("plans", gold(data_source_uuid="ds_unknown")).status_code == 404
    assert Caller(username="other").post("plans", {"name": "Gold"}).status_code == 400


def test_a_plan_is_changed_with_202():
    caller = Caller()
    uuid = caller.post("plans", gold()).json()["uuid"]
    response = caller.patch(f"plans/{uuid}", {"name": "Gold, yearly", "interval_unit": "year"})
    assert response.status_code == 202
    assert response.json() == {"uuid": uuid, **gold(name="Gold, yearly", interval_unit="year")}
    assert caller.patch(f"plans/{uuid}", {"interval_unit": "eon"}).status_code == 422
    assert caller.get(f"plans/{uuid}").json()["interval_unit"] == "year"


def test_a_plan_that_nobody_bought_is_deleted():
    caller = Caller()
    uuid = caller.post("plans", gold()).json()["uuid"]
    assert caller.delete(f"plans/{uuid}").status_code == 204
    assert caller.get(f"plans/{uuid}").status_code == 404


def test_a_plan_that_somebody_has_stays():
    caller = Caller()
    plan = Product.objects.get(uuid=caller.post("plans", gold()).json()["uuid"])
    order(email="a@x.cz", purchases=[IncomingPurchase(plan, Decimal(3))])
    response = caller.delete(f"plans/{plan.uuid}")
    assert (response.status_code, *response.json()["errors"]) == (422, "plan")


def test_a_product_of_a_shop_that_bills_weekly_is_told_in_days():
    weekly = ProductFactory(sku="paper", interval_count=2, interval_unit="week")
    ProductFactory(sku="mug", interval_count=None, interval_unit="")
    (shown,) = Caller().get("plans").json()["plans"]
    assert shown["uuid"] == weekly.uuid
    assert (shown["interval_count"], shown["interval_unit"], shown["external_id"]) == (14, "day", "paper")
    assert shown["data_source_uuid"] == ""


def test_plans_are_listed_newest_first_by_pages(django_assert_num_queries):
    caller = Caller()
    for number in range(5):
        caller.post("plans", gold(external_id=str(number)))
    first = caller.get("plans", per_page=3).json()
    assert first.keys() == {"plans", "cursor", "has_more"} | NUMBERS
    with django_assert_num_queries(2):  # the key, the plans with their sources
        rest = caller.get("plans", per_page=3, cursor=first["cursor"]).json()
    ids = [entry["external_id"] for entry in first["plans"] + rest["plans"]]
    assert (ids, first["has_more"], rest["has_more"]) == (["4", "3", "2", "1", "0"], True, False)


def test_plans_are_filtered():
    caller = Caller()
    caller.post("plans", gold())
    market = DataSourceFactory(name="Market", system="Stripe")
    caller.post("plans", gold(data_source_uuid=market.uuid, external_id="silver"))

    def found(**query):
        return [entry["external_id"] for entry in caller.get("plans", **query).json()["plans"]]

    assert found(data_source_uuid=market.uuid) == ["silver"]
    assert found(system="Stripe") == ["silver"]
    assert found(external_id="gold") == ["gold"]
    assert found(external_id="a\x00b") == []


def test_the_published_client_makes_changes_lists_and_deletes_plans(live_server):
    config = published_client(live_server, Caller().token)
    made = Client.create(config, data=gold()).get()
    assert made.name == "Gold"
    Client.modify(config, uuid=made.uuid, data={"name": "Golden"}).get()
    assert Client.retrieve(config, uuid=made.uuid).get().name == "Golden"
    answer = Client.all(config, data_source_uuid=made.data_source_uuid, external_id="gold").get()
    assert ([plan.uuid for plan in answer.plans], answer.has_more) == ([made.uuid], False)
    Client.destroy(config, uuid=made.uuid).get()
    with pytest.raises(chartmogul.APIError):
        Client.retrieve(config, uuid=made.uuid).get()


def test_plans_are_asked_for_by_the_system_that_their_source_is_told_to_be():
    caller = Caller()
    caller.post("plans", gold())
    caller.post("plans", gold(name="Silver", data_source_uuid=DataSourceFactory(name="Market", system="Stripe").uuid))
    source = caller.get("data_sources").json()["data_sources"][0]
    for system, names in ((source["system"], ["Gold"]), ("Stripe", ["Silver"]), ("Paddle", []), ("\x00", [])):
        assert [entry["name"] for entry in caller.get("plans", system=system).json()["plans"]] == names
