"""What a page of a list costs: the same however much there is."""

import pytest

from customers.models import Contact, Customer, Note, Opportunity, Task
from orders.models import Order, Purchase, SubscriptionEvent
from tests.factories import CustomerFactory, DataSourceFactory, SourceRecordFactory
from tests.factories.linked_rows import many
from tests.query_costs import analyze, measured
from tests.tables import table

pytestmark = pytest.mark.django_db

OF_CUSTOMER = [
    ("contacts", Contact),
    ("notes", Note),
    ("opportunities", Opportunity),
    ("tasks", Task),
    ("invoices", Order),
    ("subscription_events", SubscriptionEvent),
    ("import/customers/{}/subscriptions", Purchase),
]


def customer_with(rows, model, *, sources=5) -> Customer:
    customer = CustomerFactory()
    for n in range(sources):
        source = DataSourceFactory(name=f"Source {n}")
        record = SourceRecordFactory(customer=customer, data_source=source, external_id=f"x{customer.pk}")
        many(model, record, rows // sources)
    return customer


def cost_of_list(caller, path, **query):
    with measured() as cost:
        answer = caller.get(path, **query)
    assert answer.status_code == 200
    return cost.read, answer.json()


@table(("path", "model"), OF_CUSTOMER)
def test_a_page_of_a_customer_costs_the_same_however_much_that_has(caller, path, model):
    few, lots = customer_with(1_000, model), customer_with(10_000, model)
    analyze()
    caller.get("ping")
    for deep in (False, True):
        costs = []
        for customer in (few, lots):
            query = {"per_page": 20, "customer_uuid": customer.uuid}
            if deep:
                _, first = cost_of_list(caller, path.format(customer.uuid), **query | {"per_page": 100})
                query["cursor"] = first["cursor"]
            cost, answer = cost_of_list(caller, path.format(customer.uuid), **query)
            assert answer["has_more"]
            costs.append(cost)
        assert costs[1] <= costs[0] * 1.1 + 100


@table(("path", "model"), [("invoices", Order), ("subscription_events", SubscriptionEvent), ("contacts", Contact)])
def test_what_is_known_by_an_id_is_found_among_many_at_once(caller, path, model):
    costs = []
    for number in (1_000, 10_000):
        customer = customer_with(number, model)
        known = model._default_manager.filter(source_record__customer=customer).earliest("pk")
        model._default_manager.filter(pk=known.pk).update(external_id=f"known {number}")
        theirs = f"x{customer.pk}" if model is Contact else f"known {number}"
        name = "customer_external_id" if model is Contact else "external_id"
        analyze()
        caller.get("ping")
        query = {name: theirs, "customer_uuid": customer.uuid, "per_page": 20}
        cost, answer = cost_of_list(caller, path, **query, data_source_uuid=known.source_record.data_source.uuid)
        rows = answer.get(path) or answer["entries"]
        assert len(rows) == (20 if model is Contact else 1)
        costs.append(cost)
    assert costs[1] <= costs[0] * 1.1 + 100
