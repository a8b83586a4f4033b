"""A customer whom a billing system knows, a plan of it, and invoices as it sends them."""

from typing import Any

from customers.models import Customer, DataSource, SourceRecord
from orders.invoices.incoming import TEXT_COLUMNS
from orders.models import Order, Product, Purchase
from tests.acts import rebuild
from tests.api.caller import Caller
from tests.factories import CustomerFactory, DataSourceFactory, ProductFactory, SourceRecordFactory

JANUARY, FEBRUARY, MARCH = "2016-01-01T12:00:00.000Z", "2016-02-01T12:00:00.000Z", "2016-03-01T12:00:00.000Z"


def source(name: str = "Billing") -> DataSource:
    return DataSourceFactory(name=name)


def known(external_id: str = "scus_1", *, at: str = "Billing", name: str = "Helena") -> Customer:
    """A customer with one record of the data source `at`."""
    customer = CustomerFactory(first_name=name)
    record(customer, external_id, at=at)
    return customer


def record(customer: Customer, external_id: str, *, at: str = "Billing") -> SourceRecord:
    return SourceRecordFactory(
        customer=customer, data_source=source(at), external_id=external_id, first_name=customer.first_name
    )


def plan(name: str = "Gold") -> Product:
    return ProductFactory(sku=name, name=name, external_id=name, data_source=source(), price=None, currency="")


def line(**values: Any) -> dict[str, Any]:
    """Of a subscription, for January."""
    about = {
        "type": "subscription",
        "subscription_external_id": "sub_1",
        "plan_uuid": plan().uuid,
        "service_period_start": JANUARY,
        "service_period_end": FEBRUARY,
        "amount_in_cents": 5000,
    }
    return about | values


def one_time(**values: Any) -> dict[str, Any]:
    return {"type": "one_time", "description": "Setup fees", "amount_in_cents": 2500, **values}


def paid(**values: Any) -> dict[str, Any]:
    return {"type": "payment", "date": JANUARY, "result": "successful", **values}


def invoice(*lines: dict[str, Any], payments: Any = None, **values: Any) -> dict[str, Any]:
    """Paid, unless `payments` say otherwise."""
    about = {"external_id": "inv_1", "date": JANUARY, "currency": "USD", "line_items": list(lines) or [line()]}
    return about | {"transactions": [paid()] if payments is None else payments} | values


def texts() -> dict[str, str]:
    """Something for each text that an invoice has."""
    return {
        column.name: str(column.choices[0][0] if column.choices else column.name[: column.max_length])
        for column in TEXT_COLUMNS
    }


def send(customer: Customer, *invoices: dict[str, Any], caller: Caller):
    return caller.post(f"import/customers/{customer.uuid}/invoices", {"invoices": list(invoices)})


def imported(customer: Customer, *invoices: dict[str, Any], caller: Caller) -> list[Order]:
    """The orders that they are now."""
    response = send(customer, *invoices, caller=caller)
    assert response.status_code == 201, response.json()
    uuids = [entry["uuid"] for entry in response.json()["invoices"]]
    return [Order.objects.get(uuid=uuid) for uuid in uuids]


def order(external_id: str = "inv_1") -> Order:
    return Order.objects.get(external_id=external_id)


def purchase(external_id: str = "sub_1") -> Purchase:
    return Purchase.objects.get(external_id=external_id)


def check() -> None:
    """Every total and every status is what deriving it again would say."""
    said = rebuild()
    assert said == "Nothing differed.", said
