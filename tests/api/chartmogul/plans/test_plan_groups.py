import pytest
from chartmogul import PlanGroup as Client

from orders.models import PlanGroup, Product
from tests.api.caller import Caller
from tests.api.chartmogul.page_numbers import NUMBERS
from tests.api.chartmogul.published_client import published_client
from tests.factories import DataSourceFactory, ProductFactory
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def uuids() -> list[str]:
    source = DataSourceFactory()
    return [ProductFactory(sku=sku, external_id=sku, data_source=source).uuid for sku in ("gold", "silver")]


def test_a_group_of_plans_is_made_with_200(uuids):
    response = Caller().post("plan_groups", {"name": "Metals", "plans": uuids})
    assert response.status_code == 200
    assert response.json() == {"uuid": PlanGroup.objects.get().uuid, "name": "Metals", "plans_count": 2}


@table(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"plans": ["pl_unknown"]}, "plans"),
        ({"plans": 7}, "plans"),
    ],
)
def test_what_cannot_be_a_group_is_refused(uuids, wrong, field):
    response = Caller().post("plan_groups", {"name": "Metals", "plans": uuids} | wrong)
    assert (response.status_code, *response.json()["errors"]) == (422, field)
    assert not PlanGroup.objects.exists()


@table(("body", "missing"), [({}, {"name", "plans"}), ({"name": "x"}, {"plans"}), ({"plans": []}, {"name"})])
def test_every_missing_field_of_a_group_is_named(body, missing):
    response = Caller().post("plan_groups", body)
    assert (response.status_code, response.json()) == (422, {"errors": dict.fromkeys(missing, "can't be blank")})


def test_a_change_that_cannot_be_made_changes_nothing(uuids):
    caller = Caller()
    uuid = caller.post("plan_groups", {"name": "Metals", "plans": uuids}).json()["uuid"]
    assert caller.patch(f"plan_groups/{uuid}", {"name": "Ores", "plans": ["pl_unknown"]}).status_code == 422
    assert caller.get(f"plan_groups/{uuid}").json()["name"] == "Metals"


def test_a_plan_that_is_deleted_leaves_its_groups(uuids):
    caller = Caller()
    uuid = caller.post("plan_groups", {"name": "Metals", "plans": uuids}).json()["uuid"]
    assert caller.delete(f"plans/{uuids[0]}").status_code == 204
    assert caller.get(f"plan_groups/{uuid}").json()["plans_count"] == 1


def test_groups_are_listed_with_their_counts(uuids, django_assert_num_queries):
    caller = Caller()
    for name in ("One", "Two", "Three"):
        caller.post("plan_groups", {"name": name, "plans": uuids})
    with django_assert_num_queries(3):  # the key, the groups, their counts
        shown = caller.get("plan_groups").json()
    assert shown.keys() == {"plan_groups", "cursor", "has_more"} | NUMBERS
    assert [(group["name"], group["plans_count"]) for group in shown["plan_groups"]] == [
        ("Three", 2),
        ("Two", 2),
        ("One", 2),
    ]


def test_the_published_client_makes_changes_lists_and_deletes_groups(live_server, uuids):
    config = published_client(live_server, Caller().token)
    made = Client.create(config, data={"name": "Metals", "plans": uuids}).get()
    assert Client.modify(config, uuid=made.uuid, data={"name": "Ores"}).get().name == "Ores"
    assert Client.modify(config, uuid=made.uuid, data={"plans": f"[{uuids[0]}]"}).get().plans_count == 1
    assert [group.uuid for group in Client.all(config).get().plan_groups] == [made.uuid]
    assert [plan.uuid for plan in Client.all(config, uuid=made.uuid).get().plans] == [uuids[0]]
    assert Client.retrieve(config, uuid=made.uuid).get().plans_count == 1
    Client.destroy(config, uuid=made.uuid).get()
    assert Product.objects.count() == 2
    assert not PlanGroup.objects.exists()
