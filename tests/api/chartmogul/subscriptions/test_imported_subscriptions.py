"""Subscriptions as billing systems import them, and when they were cancelled."""

import warnings

import pytest
from chartmogul import Subscription

from customers.models import Customer, RecordTotals
from tests.api.caller import Caller
from tests.api.chartmogul.invoices.invoice_requests import (
    FEBRUARY,
    MARCH,
    check,
    imported,
    invoice,
    known,
    line,
    plan,
    purchase,
    source,
)
from tests.api.chartmogul.page_numbers import NUMBERS
from tests.factories import subscription
from tests.tables import table

pytestmark = pytest.mark.django_db

TENTH, TWENTIETH = "2016-01-10T00:00:00.000Z", "2016-01-20T00:00:00.000Z"


@pytest.fixture
def january(caller, helena):
    return imported(helena, invoice(line()), caller=caller)[0]


def cancel(caller, **body):
    return caller.patch(f"import/subscriptions/{purchase().uuid}", body)


def test_subscriptions_are_told_as_recorded(caller, helena, january, django_assert_num_queries):
    imported(helena, invoice(line(subscription_external_id="2"), external_id="2"), caller=caller)
    path = f"import/customers/{helena.uuid}/subscriptions"
    # The key, its use, permissions, the customer, the page with plans, customers and sources.
    with django_assert_num_queries(3):
        shown = caller.get(path).json()
    assert shown.keys() == {"customer_uuid", "subscriptions", "cursor", "has_more"} | NUMBERS
    assert shown["subscriptions"][1] == {
        "uuid": purchase().uuid, "external_id": "sub_1", "cancellation_dates": [], "plan_uuid": plan().uuid,
        "customer_uuid": helena.uuid, "data_source_uuid": source().uuid,
    }  # fmt: skip
    first = caller.get(path, per_page=1).json()
    rest = caller.get(path, per_page=1, cursor=first["cursor"]).json()
    assert [page["subscriptions"][0]["external_id"] for page in (first, rest)] == ["2", "sub_1"]


def test_a_cancellation_is_added(caller, helena, january):
    response = cancel(caller, cancelled_at="2016-01-20")
    assert (response.status_code, response.json()["cancellation_dates"]) == (202, [TWENTIETH])
    assert (purchase().status, Customer.objects.get(pk=helena.pk).billing_status) == ("CANCELLED", "cancelled")
    assert cancel(caller, cancelled_at=TENTH).json()["cancellation_dates"] == [TENTH, TWENTIETH]
    assert cancel(caller, cancelled_at=TENTH).json()["cancellation_dates"] == [TENTH, TWENTIETH]
    check()


def test_the_history_of_cancellations_is_written_anew(caller, helena, january):
    cancel(caller, cancelled_at=TWENTIETH)
    assert cancel(caller, cancellation_dates=[TENTH]).json()["cancellation_dates"] == [TENTH]
    assert purchase().status == "CANCELLED"
    assert cancel(caller, cancellation_dates=[]).json()["cancellation_dates"] == []
    assert (purchase().status, RecordTotals.objects.get().purchases_active) == ("ACTIVE", 1)
    check()


def test_a_later_invoice_begins_a_cancelled_subscription_again(caller, helena, january):
    cancel(caller, cancelled_at=TWENTIETH)
    later = line(service_period_start=FEBRUARY, service_period_end=MARCH)
    imported(helena, invoice(later, external_id="inv_2", date=FEBRUARY), caller=caller)
    assert (purchase().status, purchase().cancelled_at) == ("ACTIVE", None)
    assert cancel(caller, cancelled_at=MARCH).json()["cancellation_dates"] == [TWENTIETH, MARCH]
    assert purchase().status == "CANCELLED"
    check()


@table(
    ("body", "status", "field"),
    [
        ({"cancelled_at": "2199-01-01"}, 422, "cancelled_at"),
        ({"cancellation_dates": [TENTH, "2199-01-01"]}, 422, "cancelled_at"),
        ({"cancellation_dates": [TENTH] * 1001}, 422, "cancellation_dates"),
        ({"cancelled_at": "99999-01-01"}, 422, "cancelled_at"),
        ({"cancellation_dates": "never"}, 422, "cancellation_dates"),
        ({}, 400, "cancelled_at"),
    ],
)
def test_what_cannot_have_happened_is_refused(caller, january, body, status, field):
    response = cancel(caller, **body)
    said = response.json()
    assert (response.status_code, said.get("param") or next(iter(said["errors"]))) == (status, field)
    assert (purchase().status, purchase().past_cancellations) == ("ACTIVE", [])


def test_what_a_shop_bills_here_is_cancelled_here(caller):
    response = caller.patch(f"import/subscriptions/{subscription().uuid}", {"cancelled_at": TENTH})
    assert (response.status_code, *response.json()["errors"]) == (422, "subscription")


def test_an_unknown_subscription_is_not_found(caller):
    assert caller.patch("import/subscriptions/sub_x", {"cancelled_at": TENTH}).status_code == 404
    assert caller.get("import/customers/cus_x/subscriptions").status_code == 404


def test_the_published_client(config):
    customer = known()
    imported(customer, invoice(line()), caller=Caller(username="other"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        (subscription,) = Subscription.list_imported(config, uuid=customer.uuid).get().subscriptions
    assert (subscription.external_id, subscription.cancellation_dates) == ("sub_1", [])
    Subscription.cancel(config, uuid=subscription.uuid, data={"cancelled_at": TENTH}).get()
    assert purchase().status == "CANCELLED"
    Subscription.modify(config, uuid=subscription.uuid, data={"cancellation_dates": []}).get()
    assert purchase().status == "ACTIVE"
