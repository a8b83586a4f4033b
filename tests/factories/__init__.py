"""The least valid rows, by model. What matters to a test is written in the test."""

from tests.factories.customers import IDENTITY, CustomerFactory, DataSourceFactory, NoteFactory, SourceRecordFactory
from tests.factories.orders import (
    customer_with_order,
    declined_order,
    lead,
    lead_of,
    order,
    order_row,
    paid_order,
    person,
    shipped_order,
)
from tests.factories.payments import card, sale
from tests.factories.products import ProductFactory
from tests.factories.purchases import subscription
from tests.factories.users import allow, make_user, signed_in

__all__ = [
    "IDENTITY",
    "CustomerFactory",
    "DataSourceFactory",
    "NoteFactory",
    "ProductFactory",
    "SourceRecordFactory",
    "allow",
    "card",
    "customer_with_order",
    "declined_order",
    "lead",
    "lead_of",
    "make_user",
    "order",
    "order_row",
    "paid_order",
    "person",
    "sale",
    "shipped_order",
    "signed_in",
    "subscription",
]
