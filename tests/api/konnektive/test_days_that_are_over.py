"""A day that is over is answered complete: what was written in it before midnight and is committed after it as well."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from customers.models import Customer
from customers.records import horizon
from customers.records.horizon import IncompleteError, wait_until_complete
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.factories import CustomerFactory
from tests.threads import Held, start_in_thread

pytestmark = pytest.mark.usefixtures("transactional_db")

REFUSED = "Not answered: changes of these days are still being written. Ask again in a minute."


def write() -> None:
    Customer.objects.create(first_name="Held", email="held@reunite.cz")


def test_the_end_of_a_period_waits_for_who_was_writing_before_it():
    with ThreadPoolExecutor(1) as threads:
        with Held(write):
            end = timezone.now() - horizon.CLOCKS_DIFFER
            reader = start_in_thread(threads, lambda: [wait_until_complete(end), Customer.objects.count()])
            with pytest.raises(TimeoutError):
                reader.result(timeout=0.3)
        assert reader.result(timeout=30)[1] == 1


def test_a_period_that_is_not_over_waits_for_nobody():
    with Held(write):
        wait_until_complete(timezone.now() + timedelta(minutes=1))
        assert Customer.objects.count() == 0


@pytest.mark.postgres
def test_a_query_about_a_day_is_refused_while_somebody_writes_since_then(monkeypatch):
    """As just after midnight: whoever writes began before the end of the day."""
    shop, end = KonnektiveCaller(), timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(horizon, "LONGEST_WAIT", timedelta())
    monkeypatch.setattr("crm.api.konnektive.paging.end_of_day", lambda day: timezone.now())
    CustomerFactory(first_name="Helena")
    asked = {"dateRangeType": "dateUpdated", **dict.fromkeys(("startDate", "endDate"), f"{end:%m/%d/%Y}")}
    with Held(write):
        assert shop.ask("customer/query", **asked) == ("ERROR", REFUSED)
        # Days before the writer began are complete.
        monkeypatch.setattr("crm.api.konnektive.paging.end_of_day", lambda day: timezone.now() - timedelta(minutes=5))
        assert shop.ask("customer/query", **asked) == ("ERROR", "No customers matching those parameters could be found")


@pytest.mark.postgres
def test_what_began_before_the_end_of_a_period_and_never_ends_is_refused(monkeypatch):
    monkeypatch.setattr(horizon, "LONGEST_WAIT", timedelta(milliseconds=100))
    with Held(write), pytest.raises(IncompleteError, match="still being written"):
        wait_until_complete(timezone.now())
    assert not connection.in_atomic_block
