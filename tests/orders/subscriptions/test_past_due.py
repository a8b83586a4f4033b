"""An invoice that nobody pays makes its subscription past due by the clock."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from orders.models import Order, PurchaseStatus
from orders.subscriptions import apply_due as applying
from orders.subscriptions.derive import past_due_purchases
from tests.api.caller import Caller
from tests.api.chartmogul.invoices.invoice_requests import check, imported, invoice, known, line, paid, purchase
from tests.database import history_of
from tests.orders.subscriptions.purchase_checks import LATER, TODAY, apply_due, status_of
from tests.tables import table

MARCH, APRIL = "2026-03-01T12:00:00Z", "2026-04-01T12:00:00Z"
DUE = "2026-03-15T12:00:00Z"


@pytest.fixture
def caller(db) -> Caller:
    return Caller()


def unpaid(**values):
    about = {"date": MARCH, "due_date": DUE, "payments": []}
    return invoice(line(service_period_start=MARCH, service_period_end=APRIL), **about | values)


def test_an_unpaid_invoice_is_past_due_once_its_day_has_come(caller, time_machine):
    imported(known(), unpaid(), caller=caller)
    assert (apply_due(TODAY), status_of(purchase())) == ([], "Active")
    time_machine.move_to("2026-03-15 12:07+00:00")
    assert apply_due(LATER) == [purchase()]
    assert (purchase().status, status_of(purchase())) == (PurchaseStatus.RECYCLE_BILLING, "Past Due")
    assert history_of(purchase()) == [f"Purchase {purchase().pk} (Gold) is past due. Its latest invoice is unpaid."]
    assert apply_due(LATER) == []
    check()


def test_what_is_paid_then_is_active_again(caller, time_machine):
    (order,) = imported(known(), unpaid(), caller=caller)
    time_machine.move_to("2026-03-16 12:00+00:00")
    apply_due(LATER)
    caller.post(f"import/invoices/{order.uuid}/transactions", paid(date=DUE))
    assert (apply_due(LATER), status_of(purchase())) == ([], "Active")
    check()


@table(
    "values",
    [
        {"payments": [paid(date=MARCH)]},
        {"due_date": None},
        {"due_date": "2026-05-01"},
    ],
)
def test_what_is_paid_or_not_due_is_not_past_due(caller, time_machine, values):
    imported(known(), unpaid(**values), caller=caller)
    time_machine.move_to("2026-04-10 12:00+00:00")
    assert (apply_due(LATER), status_of(purchase())) == ([], "Active")


@table("path", ["disabled_state", "status"])
def test_an_invoice_that_counts_for_nothing_makes_nothing_past_due(caller, time_machine, path):
    (order,) = imported(known(), unpaid(), caller=caller)
    if path == "disabled_state":
        caller.patch(f"invoices/{order.uuid}/disabled_state", {"disabled": True})
    else:
        Order.objects.update(uncollected="written_off")
    time_machine.move_to("2026-04-10 12:00+00:00")
    assert apply_due(LATER) == []


def test_only_the_newest_invoice_is_looked_at(caller, time_machine):
    newer = line(service_period_start=APRIL, service_period_end="2026-05-01T12:00:00Z")
    paid_since = invoice(newer, external_id="inv_2", date=APRIL, payments=[paid(date=APRIL)])
    time_machine.move_to("2026-04-10 12:00+00:00")
    imported(known(), unpaid(), paid_since, caller=caller)
    assert list(past_due_purchases(timezone.now())) == []
    assert (apply_due(LATER), status_of(purchase())) == ([], "Active")


def test_one_that_was_cancelled_is_not_past_due(caller, time_machine):
    imported(known(), unpaid(), caller=caller)
    caller.patch(f"import/subscriptions/{purchase().uuid}", {"cancelled_at": "2026-03-05"})
    time_machine.move_to("2026-04-10 12:00+00:00")
    assert (apply_due(LATER), status_of(purchase())) == ([], "Cancelled")


def test_the_command_names_it(caller, time_machine, capsys):
    imported(known(), unpaid(), caller=caller)
    time_machine.move_to("2026-04-10 12:00+00:00")
    call_command("apply_due")
    assert capsys.readouterr().out == f"Purchase {purchase().pk}\n1 purchase changed.\n"


def test_who_is_late_is_found_by_the_day(caller):
    imported(known(), unpaid(), caller=caller)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "order_by_due" in past_due_purchases(timezone.now() + timedelta(days=30)).explain()
    assert list(applying.apply_due(TODAY)) == []
