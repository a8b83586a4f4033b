"""Differences are shown to users who may view orders, and Home tells those who may resolve payments."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders.models import PaymentDifference, Reconciliation
from tests.acts import erase
from tests.factories import make_user, paid_order, signed_in
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db
PAGE = "/reconciliation/"


@pytest.fixture
def viewer():
    return signed_in(make_user("viewer", ["customers.view_customer", "orders.view_order"]))


def differing(order_number: str, *, days_ago: int = 1) -> None:
    day = Reconciliation.objects.create(
        day=timezone.now().date() - timedelta(days=days_ago), gateway="Example", compared=7, is_listed=True
    )
    about = {"status_here": "SUCCESS", "amount_here": 1, "currency_here": "USD"}
    there = {"status_there": "SUCCESS", "amount_there": 2, "currency_there": "USD"}
    PaymentDifference.objects.create(
        reconciliation=day, kind="amount", at=timezone.now(), key="tr_1", order_number=order_number, **about, **there
    )


def test_a_difference_is_shown_with_both_sides_and_a_link_to_its_order(viewer):
    order = paid_order()
    differing(order.number)
    answer = viewer.get(PAGE)
    assert f"Charge, order {order.number}" in visible_text(answer)
    assert "Other amount Success, 1.00 USD Success, 2.00 USD" in visible_text(answer)
    assert f'href="/orders/{order.number}/"' in answer.text
    erase(order.source_record.customer)
    answer = viewer.get(PAGE)
    assert (order.number in answer.text, f'href="/orders/{order.number}/"' in answer.text) == (True, False)


def test_what_could_not_be_compared_is_shown(viewer):
    Reconciliation.objects.create(day="2026-11-29", gateway="Example", not_comparable=1234, is_listed=False)
    page = visible_text(viewer.get(PAGE))
    assert "Payments that only the gateway has are not known 0 1,234 0" in page
    assert "No differences." in page


def test_before_the_first_comparison_the_page_says_why(viewer, settings):
    assert "The worker compares the payments of each day in the following night." in visible_text(viewer.get(PAGE))
    settings.PAYMENT_GATEWAY = ""
    assert "No payment gateway is configured" in visible_text(viewer.get(PAGE))


def test_home_tells_who_may_resolve_payments_of_the_last_two_weeks(viewer):
    differing("C3E67A9BD0", days_ago=14)
    differing("C3E67A9BD1", days_ago=15)
    resolves = signed_in(make_user("resolves", ["customers.view_customer", "orders.view_order", "orders.settle_order"]))
    notice = "1 payment differs from what the payment gateway says. Nothing was changed."
    assert notice in visible_text(resolves.get("/"))
    assert notice not in visible_text(viewer.get("/"))
    differing("C3E67A9BD2", days_ago=2)
    assert "2 payments differ from what" in visible_text(resolves.get("/"))
