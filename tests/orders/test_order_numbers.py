"""The number of an order has its form, fits its columns, and is drawn once more where another order has it."""

import re
import secrets
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
import time_machine

from customers.models import SourceRecord
from customers.models.history import ORDER_NUMBER_LENGTH
from orders import order_numbers
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.write import write_chunk
from orders.imports.rows.imported_row import ImportedRow
from orders.intake.order import IncomingOrder
from orders.invoices.import_ import import_invoices
from orders.invoices.incoming import IncomingInvoice, IncomingInvoiceLine
from orders.models import Import, Order, Purchase
from orders.order_numbers import ORDER_NUMBER_FORM, RANDOM_DIGITS, new_order_number
from orders.payments.bills.bill_purchase import bill_due
from tests.factories import DataSourceFactory, order, person
from tests.factories.purchases import bought
from tests.tables import table

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 31)


def test_a_number_has_its_form_and_fits_the_columns():
    number = new_order_number()
    assert re.fullmatch(ORDER_NUMBER_FORM, number)
    assert len(number) <= ORDER_NUMBER_LENGTH, "Widen the columns first: PostgreSQL refuses a longer number."


def due_today() -> Purchase:
    purchase = bought()
    Purchase.objects.update(begun_here=True, next_bill_date=TODAY)
    return purchase


def take_in(record: SourceRecord) -> None:
    order(email="new@reunite.cz")


def read_a_file(record: SourceRecord) -> None:
    shop, who = DataSourceFactory(name="Shop"), person("Shop", email="new@reunite.cz")
    row = ImportedRow((1,), {}, who, order=IncomingOrder(who, Decimal(9), "USD"))
    write_chunk(
        Import.objects.create(data_source=shop, source_name="Shop", name="a.csv"), shop, IncomingChunk([row], shop)
    )


def take_an_invoice(record: SourceRecord) -> None:
    line = IncomingInvoiceLine("one_time", Decimal(9), description="Book")
    import_invoices([(record, IncomingInvoice("1", datetime(2026, 1, 1, tzinfo=UTC), "USD", lines=[line]))], by=None)


def bill(record: SourceRecord) -> None:
    assert len(list(bill_due(TODAY))) == 1


@table("act", [take_in, read_a_file, take_an_invoice, bill])
def test_a_number_that_another_order_has_is_drawn_once_more(act, monkeypatch):
    with time_machine.travel("2026-03-31 12:00 +0000", tick=True):
        known = due_today()
        drawn = [known.order.number[-RANDOM_DIGITS:]]
        draw = SimpleNamespace(token_hex=lambda size: drawn.pop() if drawn else secrets.token_hex(size))
        monkeypatch.setattr(order_numbers, "secrets", draw)
        act(known.source_record)
    assert (drawn, Order.objects.count()) == ([], 2)
