import pytest
from chartmogul import DataSource as Client

from customers.models import Customer, DataSource, HistoryEntry, RecordTotals, SourceRecord
from customers.totals import billing_status
from orders.intake.order import IncomingPurchase
from orders.models import Order, Product, Purchase, Transaction
from orders.models import PurchaseStatus as Status
from orders.sources import delete
from tests.api.caller import Caller
from tests.api.chartmogul.customers.customer_requests import merged, now, send
from tests.database import dump
from tests.factories import ProductFactory, order
from tests.tables import table


@pytest.fixture
def smith(caller, shop):
    """Whom the shop alone knows, with a purchase there."""
    shown = send(caller, shop, "1", name="John Smith", email="john@example.com", attributes={"tags": ["a"]})
    plan = ProductFactory()
    order("Shop", external_id="1", purchases=[IncomingPurchase(plan, plan.price, Status.ACTIVE)], total="9.90")
    return shown


@pytest.fixture
def both(caller, shop, market):
    """Whom the shop and the market know."""
    one, other = send(caller, market, "2", name="Jane Jones"), send(caller, shop, "2", name="Jane")
    merged(caller, other, one)
    order("Shop", external_id="2")
    order("Market", external_id="2")
    return one


def counts():
    return [model.objects.count() for model in (Order, Purchase, RecordTotals)]


def test_a_data_source_goes_with_whom_it_alone_sent_and_its_part_of_others(caller, shop, smith, both):
    response = caller.delete(f"data_sources/{shop.uuid}")
    assert (response.status_code, response.content) == (204, b"")
    assert not DataSource.objects.filter(pk=shop.pk).exists()
    assert caller.get(f"customers/{smith['uuid']}").json()["message"] == "This customer was erased"
    assert now(caller, both)["external_ids"] == ["2"]
    assert now(caller, both)["name"] == "Jane Jones"
    assert counts() == [1, 0, 1]
    assert Customer.objects.live().count() == 1


def test_one_who_was_typed_in_here_beside_is_erased_with_the_staff_record(caller, shop, smith):
    assert SourceRecord.objects.count() == 1
    caller.patch(f"customers/{smith['uuid']}", {"company": "Initrode"})
    assert SourceRecord.objects.count() == 2
    caller.delete(f"data_sources/{shop.uuid}")
    assert not SourceRecord.objects.exists()


def test_a_data_source_is_emptied_and_stays(caller, shop, smith, both):
    assert caller.delete(f"data_sources/{shop.uuid}/all").status_code == 204
    assert DataSource.objects.filter(pk=shop.pk).exists()
    assert not SourceRecord.objects.filter(data_source=shop).exists()
    send(caller, shop, "1", name="John Smith")


def test_what_was_bought_is_deleted_and_the_customers_stay(caller, shop, smith, both):
    Customer.objects.get(uuid=smith["uuid"])
    assert now(caller, smith)["status"] == "Active"
    assert caller.delete(f"data_sources/{shop.uuid}/dependent").status_code == 204
    assert counts() == [1, 0, 1]
    shown = now(caller, smith)
    assert (shown["status"], shown["attributes"]["tags"]) == ("New Lead", ["a"])
    assert now(caller, both)["external_ids"] == ["2", "2"]
    entries = [entry.text for entry in HistoryEntry.objects.filter(kind="order", order_number="")]
    assert entries == ["Deleted all orders and purchases from Shop."] * 2


@table("rest", ["", "/all", "/dependent"])
def test_more_than_one_request_can_do_is_refused_and_nothing_is_half_done(caller, shop, smith, both, rest, monkeypatch):
    monkeypatch.setattr(delete, "MOST_RECORDS", 1)
    before = dump()
    response = caller.delete(f"data_sources/{shop.uuid}{rest}")
    assert response.status_code == 422
    assert "too many for one request" in response.json()["errors"]["data_source"]
    assert dump() == before


@table("rest", ["", "/all", "/dependent"])
def test_a_payment_whose_outcome_nobody_knows_keeps_everything(caller, shop, smith, both, rest):
    bought = Order.objects.get(data_source=shop, source_record__external_id="2")
    pending = {"kind": "SALE", "status": "PENDING", "amount": 1, "currency": "USD"}
    Transaction.objects.create(source_record=bought.source_record, order=bought, **pending)
    before = dump()
    response = caller.delete(f"data_sources/{shop.uuid}{rest}")
    assert response.status_code == 422
    assert "The gateway has not answered" in response.json()["errors"]["data_source"]
    assert dump() == before


@table("rest", ["", "/all", "/dependent"])
def test_what_people_typed_in_here_is_not_deleted(caller, smith, rest):
    caller.patch(f"customers/{smith['uuid']}", {"company": "Initrode"})
    assert caller.delete(f"data_sources/{DataSource.staff().uuid}{rest}").status_code == 422
    assert caller.delete(f"data_sources/ds_unknown{rest}").status_code == 404


def test_plans_of_the_data_source_go_unless_they_are_sold_elsewhere(caller, shop, market):
    sold, unsold = ProductFactory(data_source=shop, external_id="1"), ProductFactory(data_source=shop, sku="2")
    send(caller, market, "1")
    order("Market", external_id="1", purchases=[IncomingPurchase(sold, sold.price)])
    caller.delete(f"data_sources/{shop.uuid}")
    assert not Product.objects.filter(pk=unsold.pk).exists()
    sold.refresh_from_db()
    assert (sold.data_source, sold.external_id) == (None, None)


def test_the_totals_are_what_they_should_be_afterwards(caller, shop, smith, both):
    caller.delete(f"data_sources/{shop.uuid}/dependent")
    assert billing_status.refresh(list(Customer.objects.values_list("pk", flat=True))) == []


def test_the_published_client_deletes_a_data_source(config):
    made = Client.create(config, data={"name": "Shop"}).get()
    assert Client.destroy(config, uuid=made.uuid).get() is None
    assert Client.all(config).get().data_sources == []


def test_who_may_not_delete_customers_deletes_no_data_source(shop):
    assert Caller("customers.view_customer").delete(f"data_sources/{shop.uuid}").status_code == 403


def test_the_invoices_of_a_customer_who_was_erased_with_it_are_an_empty_list(caller, shop, smith):
    caller.delete(f"data_sources/{shop.uuid}")

    for path in (f"import/customers/{smith['uuid']}/invoices", f"invoices?customer_uuid={smith['uuid']}"):
        response = caller.get(path)
        assert (response.status_code, response.json()["invoices"], response.json()["has_more"]) == (200, [], False)
    response = caller.get(f"import/customers/{smith['uuid']}/subscriptions")
    assert (response.status_code, response.json()["subscriptions"]) == (200, [])
    assert caller.get("import/customers/cus_unknown/invoices").status_code == 404
