from datetime import date

import pytest

from crm.demo import files
from customers.models import Customer, DataSource, SourceRecord
from orders.intake.order import IncomingCustomer, IncomingOrder
from orders.intake.take import take_order

pytestmark = pytest.mark.django_db


def test_deduplication_alone_finds_the_people_of_the_store():
    source = DataSource.objects.create(name="Shop")
    for invoice in files.invoices(latest=date(2025, 12, 22)):
        person = IncomingCustomer(source, invoice.person.identity, billing_address=invoice.billing_address)
        take_order(IncomingOrder(person, invoice.total, "USD", at=invoice.at))
    assert Customer.objects.count() == 59
    assert SourceRecord.objects.count() == 59
