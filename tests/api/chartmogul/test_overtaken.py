"""What a request names is deleted between reading it and writing: nothing is written, and the answer says so."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.api.chartmogul import lookup
from crm.api.chartmogul.invoices import invoices
from crm.api.chartmogul.plans import plan_groups, plans
from customers.models import Customer, DataSource
from orders.catalogue import plans as planning
from orders.models import Order, PlanGroup, Product
from tests.api.caller import Caller
from tests.api.chartmogul.invoices import invoice_requests
from tests.factories import DataSourceFactory


@pytest.fixture
def caller(transactional_db) -> Caller:
    return Caller()


@pytest.fixture
def overtaken(monkeypatch):
    """Let `meanwhile` happen right after `name` of `module` was called."""

    def overtake(module: Any, name: str, meanwhile: Callable[[], object]) -> None:
        real = getattr(module, name)

        def read(*args, **named):
            result = real(*args, **named)
            meanwhile()
            return result

        monkeypatch.setattr(module, name, read)

    return overtake


def test_an_invoice_for_a_plan_that_goes_is_not_imported(caller, overtaken):
    helena, gold = invoice_requests.known(), invoice_requests.plan()
    overtaken(invoices, "plans_of", lambda: planning.delete(gold))
    response = invoice_requests.send(
        helena, invoice_requests.invoice(invoice_requests.line(plan_uuid=gold.uuid)), caller=caller
    )
    assert (response.status_code, list(response.json()["errors"])) == (422, ["base"])
    assert not Order.objects.exists()


def test_a_customer_of_a_data_source_that_goes_is_not_made(caller, overtaken):
    shop = DataSourceFactory(name="Shop")
    overtaken(lookup, "data_source", lambda: DataSource.objects.filter(pk=shop.pk).delete())
    response = caller.post("customers", {"data_source_uuid": shop.uuid, "external_id": "1"})
    assert (response.status_code, list(response.json()["errors"])) == (422, ["base"])
    assert not Customer.objects.exists()


def test_a_plan_of_a_data_source_that_goes_is_not_made(caller, overtaken):
    shop = DataSourceFactory(name="Shop")
    overtaken(lookup, "data_source", lambda: DataSource.objects.filter(pk=shop.pk).delete())
    sent = {"data_source_uuid": shop.uuid, "name": "Gold", "interval_count": 1, "interval_unit": "month"}
    response = caller.post("plans", sent)
    assert (response.status_code, list(response.json()["errors"])) == (422, ["base"])


def test_a_plan_that_goes_is_not_changed(caller, overtaken):
    gold = invoice_requests.plan()
    overtaken(plans, "find", lambda: Product.objects.filter(pk=gold.pk).delete())
    response = caller.patch(f"plans/{gold.uuid}", {"name": "Silver"})
    assert (response.status_code, response.json()) == (422, {"errors": {"plan": "This plan was deleted a moment ago."}})


def test_a_plan_by_which_somebody_buys_meanwhile_stays(caller, overtaken):
    helena, gold = invoice_requests.known(), invoice_requests.plan()
    sent = invoice_requests.invoice(invoice_requests.line(plan_uuid=gold.uuid))
    overtaken(plans, "find", lambda: invoice_requests.imported(helena, sent, caller=caller))
    assert list(caller.delete(f"plans/{gold.uuid}").json()["errors"]) == ["plan"]


def test_a_group_that_goes_is_not_changed(caller, overtaken):
    gold = invoice_requests.plan()
    group = planning.create_group("Metals", [gold.uuid])
    overtaken(plan_groups, "find", lambda: PlanGroup.objects.all().delete())
    for said in ({"name": "Metal"}, {"plans": [gold.uuid]}):
        response = caller.patch(f"plan_groups/{group.uuid}", said)
        assert response.status_code in (404, 422)


def test_of_plans_and_invoices_at_one_moment_none_fails(caller, run_together):
    helena, gold = invoice_requests.known(), invoice_requests.plan()
    sent = [
        invoice_requests.invoice(invoice_requests.line(plan_uuid=gold.uuid), external_id=str(number))
        for number in range(3)
    ]
    outcomes = run_together(
        lambda: caller.delete(f"plans/{gold.uuid}"),
        lambda: caller.patch(f"plans/{gold.uuid}", {"name": "Golden"}),
        lambda: caller.post("plan_groups", {"name": "Metals", "plans": [gold.uuid]}),
        *[lambda body=body: invoice_requests.send(helena, body, caller=caller) for body in sent],
    )
    assert {outcome.status_code for outcome in outcomes} <= {200, 201, 202, 204, 404, 422}
    invoice_requests.check()
