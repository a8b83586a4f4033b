import chartmogul
import pytest
from chartmogul import DataSource as Client

from customers.models import DataSource
from tests.api.caller import Caller
from tests.api.chartmogul.published_client import published_client
from tests.factories import DataSourceFactory
from tests.tables import table

pytestmark = pytest.mark.django_db

WITH = dict.fromkeys(
    ("with_processing_status", "with_auto_churn_subscription_setting", "with_invoice_handling_setting"), "true"
)


def test_a_data_source_is_created():
    response = Caller().post("data_sources", {"name": "Shop", "system": "Stripe"})
    assert response.status_code == 201
    shown = response.json()
    assert shown.keys() == {"uuid", "name", "created_at", "status", "system"}
    assert (shown["name"], shown["system"], shown["status"]) == ("Shop", "Stripe", "idle")
    assert DataSource.objects.get().uuid == shown["uuid"]


def test_the_list_has_nothing_beside_the_data_sources():
    DataSourceFactory(name="Shop")
    DataSourceFactory(name="Market")
    shown = Caller().get("data_sources").json()
    assert shown.keys() == {"data_sources"}
    assert [entry["name"] for entry in shown["data_sources"]] == ["Shop", "Market"]


def test_the_list_is_filtered():
    DataSourceFactory(name="Shop", system="Stripe")
    DataSourceFactory(name="Market")
    caller = Caller()
    assert [entry["name"] for entry in caller.get("data_sources", name="Market").json()["data_sources"]] == ["Market"]
    assert [entry["name"] for entry in caller.get("data_sources", system="Stripe").json()["data_sources"]] == ["Shop"]


def test_what_is_asked_for_besides_is_answered():
    source = DataSourceFactory()
    for path in ("data_sources", f"data_sources/{source.uuid}"):
        shown = Caller(username=path[:20]).get(path, **WITH).json()
        shown = shown["data_sources"][0] if path == "data_sources" else shown
        assert shown["processing_status"] == {"processed": 0, "pending": 0, "failed": 0}
        assert shown["auto_churn_subscription_setting"] == {"enabled": False, "interval": None}
        assert shown["invoice_handling_setting"] == {}


def test_an_unknown_data_source_is_not_found():
    for uuid in ("ds_unknown", "%00"):
        response = Caller(username=uuid[:2]).get(f"data_sources/{uuid}")
        assert (response.status_code, response.json()["message"]) == (404, "Data source not found")


def test_a_name_is_required():
    caller = Caller()
    missing = caller.post("data_sources", {})
    assert missing.status_code == 400
    assert missing.json() == {"code": 400, "message": 'Parameter "name" is missing', "param": "name"}
    blank = caller.post("data_sources", {"name": " "})
    assert blank.status_code == 422
    assert blank.json() == {"errors": {"name": "A name is required for each data source."}}


@table("name", ["Shop", "Staff", "x" * 101, "Sh\x00op", 7, None])
def test_a_name_that_cannot_be_is_refused(name):
    DataSourceFactory(name="Shop")
    response = Caller().post("data_sources", {"name": name})
    assert (response.status_code, *response.json()["errors"]) == (422, "name")
    assert DataSource.objects.count() == 1


def test_the_published_client_names_and_finds_a_data_source(live_server):
    config = published_client(live_server, Caller().token)
    made = Client.create(config, data={"name": "Shop"}).get()
    assert Client.retrieve(config, uuid=made.uuid).get().name == "Shop"
    assert [source.uuid for source in Client.all(config, name="Shop").get().data_sources] == [made.uuid]
    with pytest.raises(chartmogul.APIError):
        Client.create(config, data={"name": "Shop"}).get()
