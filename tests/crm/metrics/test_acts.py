"""What acts count: once each, after the commit."""

import pytest
from django.db import transaction

from crm.metrics.acts import NUMBERS
from customers.lib.counting import Counted, count, count_after_commit
from customers.merging.meanwhile import StalePlanError
from orders.intake.order import IntakeError
from tests.acts import edit, merge, merge_as_planned, plan, undo
from tests.factories import CustomerFactory, customer_with_order, order

pytestmark = pytest.mark.django_db


def test_everything_that_is_counted_has_a_number():
    assert NUMBERS.keys() == {*Counted}


def test_a_merge_and_its_undo_are_counted_once(counting, since, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        undo(merge(CustomerFactory(), CustomerFactory()))

    counts = since()
    assert counts[("reunite_merges_total", ("page",))] == counts[("reunite_undos_total", ("whole",))] == 1


def test_a_merge_that_is_refused_is_not_counted(counting, since, django_capture_on_commit_callbacks):
    customer, other = customer_with_order(), customer_with_order(first_name="Helen")
    stale = plan(customer, other)
    edit(customer, company="Holý Design")
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(StalePlanError):
        merge_as_planned(stale)

    assert [name for name, _ in since() if name == "reunite_merges_total"] == []


def test_orders_are_counted_by_what_came_of_them(counting, since, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for email in ("helena@reunite.cz", "helena@reunite.cz", "helen@reunite.cz"):
            order(first_name="Helena", last_name="Holý", email=email)
        with pytest.raises(IntakeError):
            order(currency="")

    counts = since()
    assert {
        result: counts.get(("reunite_intakes_total", ("api", result))) for result in ("new", "identity", "refused")
    } == {
        "new": 2,
        "identity": 1,
        "refused": 1,
    }


def test_what_is_rolled_back_is_not_counted(counting, since, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        count_after_commit(Counted.MERGE, "page")
        transaction.set_rollback(True)
    assert since() == {}


def test_without_a_token_nothing_is_counted(settings, since):
    assert settings.COUNTER == ""
    count(Counted.MERGE, "page")
    assert since() == {}
