"""Requests are counted by view, and who asks cannot make up a series."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import CustomerFactory, make_user, signed_in


def test_pages_of_all_customers_are_one_series(db, counting, since):
    client = signed_in(make_user("agent", ["customers.view_customer"]))
    for customer in CustomerFactory.create_batch(3):
        client.get(customer.get_absolute_url())
    counts = since()

    assert counts[("reunite_requests_total", ("customers:detail", "GET", "200"))] == 3
    assert counts[("reunite_request_seconds_count", ("customers:detail",))] == 3


def test_a_stranger_chooses_no_label(db, counting, since):
    client = Client()
    for number in range(3):
        client.get(f"/nowhere/{number}/")
        client.generic(f"METHOD{number}", f"/elsewhere/{number}/")

    labels = {labels for name, labels in since() if name == "reunite_requests_total"}
    assert {(view, method) for view, method, _ in labels} == {("other", "GET"), ("other", "other")}


def test_statements_are_counted_and_none_is_added(db, counting, since, settings):
    address = CustomerFactory().get_absolute_url()
    user = make_user("agent", ["customers.view_customer"])
    client = signed_in(user)
    with CaptureQueriesContext(connection) as counted:
        client.get(address)
    settings.MIDDLEWARE = settings.MIDDLEWARE[2:]
    client = signed_in(user)
    with CaptureQueriesContext(connection) as uncounted:
        client.get(address)

    assert since()[("reunite_statements_total", ("customers:detail",))] == sent(counted) > 0
    assert len(counted) == len(uncounted)


def sent(queries: CaptureQueriesContext) -> int:
    """Without what begins and ends a transaction, which Django sends past the wrappers of statements."""
    own = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return sum(not query["sql"].startswith(own) for query in queries)
