"""Behind the horizon nothing appears any more; whoever writes holds it back to where they began."""

import pytest
from django.db import connection

from customers.models import Customer
from customers.models.functions import Now
from customers.records.horizon import horizon
from tests.factories import CustomerFactory
from tests.threads import Held

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("transactional_db")]


def now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def write() -> None:
    Customer.objects.create(first_name="Helena")


def test_nobody_writing_it_is_now():
    before = now()
    assert before <= horizon() <= now()


def test_a_writer_holds_it_back_until_the_end():
    before = now()
    with Held(write):
        written = now()
        assert before <= horizon() <= written
    assert horizon() > written
    [customer] = Customer.objects.all()
    assert before <= customer.created <= written


def test_a_transaction_that_has_only_read_or_locked_does_not_hold_it_back():
    customer = CustomerFactory()
    for act in (Customer.objects.exists, lambda: Customer.objects.select_for_update().get(pk=customer.pk)):
        with Held(act):
            since = now()
            assert horizon() > since


def test_who_has_not_written_yet_writes_a_later_time():
    with Held(Customer.objects.exists):
        seen = horizon()
        Customer.objects.filter(pk=CustomerFactory().pk).update(updated=Now())
    assert Customer.objects.get().updated > seen


def test_before_a_writer_whose_beginning_is_not_shown_nothing_is_complete():
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS horizon_stranger")
        cursor.execute("CREATE ROLE horizon_stranger")
        try:
            with Held(write):
                cursor.execute("SET ROLE horizon_stranger")
                assert horizon().year == 1970
                cursor.execute("RESET ROLE")
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute("DROP ROLE horizon_stranger")
