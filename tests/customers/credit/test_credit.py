from decimal import Decimal

import pytest

from customers.credit import credit
from customers.models import CreditEntry
from tests.factories import customer_with_order

pytestmark = pytest.mark.django_db


def test_credit_is_exact_however_many_entries_it_adds_up():
    customer = customer_with_order()
    record = customer.records.get()
    amounts = [Decimal(text) for text in ("0.10", "19.99", "-3.37", "1.13")] * 60
    CreditEntry.objects.bulk_create(
        CreditEntry(source_record=record, amount=amount, currency="USD", reason="Gift") for amount in amounts
    )
    assert credit.balances([customer.pk]) == {customer.pk: {"USD": sum(amounts)}}
    credit.adjust(customer, -sum(amounts), "USD", reason="Used up", by=None)
    assert credit.balances([customer.pk]) == {customer.pk: {"USD": 0}}
    sums = credit.record_sums([customer.pk])
    assert credit.balances_of_parts(sums, {customer.pk: [record.pk]}) == {customer.pk: {"USD": 0}}
