import pytest
from django.db import connection

from customers.models import Customer
from customers.models.functions import Now
from tests.factories import CustomerFactory


@pytest.mark.django_db
def test_a_time_that_the_database_wrote_equals_itself_when_read():
    customer = CustomerFactory()
    Customer.objects.update(updated=Now())
    customer.refresh_from_db()

    assert Customer.objects.get(updated=customer.updated, updated__gte=customer.updated) == customer
    assert not Customer.objects.filter(updated__lt=customer.updated).exists()
    assert connection.vendor == "postgresql" or customer.updated.microsecond % 1_000 == 1
