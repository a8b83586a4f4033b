"""An import and orders that come in for the same people at the same moment."""

from decimal import Decimal

import pytest

from customers.models import Customer
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.write import write_chunk
from orders.imports.rows.imported_row import ImportedRow
from orders.intake.order import IncomingOrder
from orders.intake.take import take_order
from orders.models import Import
from tests.acts import merge
from tests.customers.invariants import check_owners_and_caches
from tests.factories import DataSourceFactory, customer_with_order, person

pytestmark = pytest.mark.usefixtures("transactional_db")


def somebody(number):
    return person("Shop", first_name="Jane", last_name=f"Doe{number}", email=f"jane{number}@doe.example")


def test_nobody_is_made_twice_and_nobody_waits_for_ever(run_together):
    shop = DataSourceFactory(name="Shop")
    people = [somebody(number) for number in range(20)]
    rows = [ImportedRow((number,), {}, customer) for number, customer in enumerate(people, start=1)]
    imported = Import.objects.create(data_source=shop, source_name="Shop", name="a.csv")
    first, second = customer_with_order(email="jane3@doe.example", first_name="Jane"), customer_with_order()

    def orders():
        return [take_order(IncomingOrder(customer, Decimal(9), "USD")) for customer in reversed(people)]

    outcomes = run_together(
        lambda: write_chunk(imported, shop, IncomingChunk(rows, shop)), orders, lambda: merge(second, first)
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    assert Customer.objects.filter(merged_into=None).count() == 20
    check_owners_and_caches()
