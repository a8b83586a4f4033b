"""Subscriptions in the database, as invoices bring them."""

from datetime import datetime
from decimal import Decimal
from itertools import count

from customers.models import Customer, SourceRecord
from orders.models import ItemKind, Order, OrderItem, Product, Purchase
from orders.revenue.counted import recount
from orders.totals.add import add_to_totals
from tests.days import day
from tests.factories.customers import CustomerFactory, DataSourceFactory, SourceRecordFactory
from tests.factories.orders import order_row

numbers = count(1)


def plan(name: str = "Gold", count: int = 1, unit: str = "month", **values) -> Product:
    sku = f"{name} {count} {unit}"
    given = {"name": name, "interval_count": count, "interval_unit": unit, **values}
    return Product.objects.get_or_create(sku=sku, defaults=given)[0]


def record(source: str = "Billing", customer: Customer | None = None) -> SourceRecord:
    return SourceRecordFactory(
        data_source=DataSourceFactory(name=source),
        customer=customer or CustomerFactory(first_name="Helena", last_name="Holý"),
        external_id=f"cus_{next(numbers)}",
    )


def purchase(of: SourceRecord, at: datetime | None = None, **values) -> Purchase:
    given = {"product": plan(), "price": Decimal(50), "currency": "USD", "external_id": f"sub_{next(numbers)}"}
    return Purchase.objects.create(source_record=of, at=at or day(1), **given | values)


def line(of: Purchase, at: datetime, amount: str, *, order: Order | None = None, **values) -> OrderItem:
    """A line of an invoice that bills the purchase from `at` on, for a month unless `service_to` says otherwise."""
    currency = values.pop("currency", "USD")
    given = {"kind": ItemKind.SUBSCRIPTION, "service_to": day(at.month % 12 + 1, year=at.year + at.month // 12)}
    return OrderItem.objects.create(
        order=order or invoice(of, at, currency), purchase=of, service_from=at, amount=Decimal(amount), **given | values
    )


def count_purchases() -> None:
    """Count all purchases and store their steps, as the acts that write them do."""
    add_to_totals(recount(list(Purchase.objects.order_by("pk"))))


def invoice(of: Purchase, at: datetime, currency: str = "USD") -> Order:
    order = order_row(of.source_record, at=at, currency=currency, total=0)
    order.save()
    return order
