"""Service actions on orders and purchases, as somebody on a phone goes through them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.accounts.checkboxes import ALL_PERMISSIONS
from tests.browser.conftest import PHONE
from tests.factories import declined_order, paid_order, subscription

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(page: Page, sign_in) -> Page:
    page.set_viewport_size(PHONE)
    sign_in("jane", *ALL_PERMISSIONS)
    return page


def no_sideways(page: Page) -> None:
    page.wait_for_load_state("load")
    wide, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= inner


def test_a_part_of_an_order_is_refunded_from_the_customers_page(staff: Page):
    paid = paid_order()
    staff.goto(paid.source_record.customer.get_absolute_url())
    staff.get_by_role("link", name=paid.number).first.click()
    staff.get_by_role("link", name="Refund…").click()
    no_sideways(staff)
    staff.get_by_label("Amount, USD").fill("99")
    staff.get_by_role("button", name="Refund").click()
    expect(staff.get_by_role("alert")).to_contain_text("Amount, USD")
    expect(staff.get_by_text("At most 9.90 USD")).to_be_visible()
    staff.get_by_label("Amount, USD").fill("3.00")
    staff.get_by_label("Reason").fill("Damaged in the post")
    staff.get_by_role("button", name="Refund").dblclick()
    expect(staff).to_have_url(re.compile(f"{paid.get_absolute_url()}$"))  # the second click ends the first navigation
    expect(staff.locator("#history")).to_contain_text("Reason: Damaged in the post")
    expect(staff.locator("#transactions tbody tr")).to_have_count(2)
    no_sideways(staff)


def test_a_soft_decline_is_rerun_and_a_hard_one_says_why_not(staff: Page):
    soft, hard = declined_order(), declined_order("HARD_DECLINE", first_name="B", email="b@reunite.cz")
    staff.goto(soft.get_absolute_url())
    staff.get_by_role("link", name="Rerun…").press("Enter")
    no_sideways(staff)
    staff.get_by_role("button", name="Charge 9.90 USD").press("Enter")
    expect(staff.get_by_role("status")).to_contain_text("Charged.")
    expect(staff.locator(".titles .badge")).to_have_text("Complete")
    staff.go_back()  # the page is asked for again, so it cannot be sent twice
    expect(staff.get_by_role("alert")).to_contain_text("Only a declined order can be rerun")
    staff.goto(hard.get_absolute_url())
    expect(staff.get_by_text("The bank declined this sale permanently")).to_be_visible()
    expect(staff.get_by_role("link", name="Rerun…")).to_have_count(0)
    no_sideways(staff)


def test_a_cancellation_is_planned_and_taken_back_then_a_pause_begun_and_ended(staff: Page):
    bought = subscription(next_bill_date=timezone.now().date() + timedelta(days=10))
    staff.goto(bought.get_absolute_url())
    staff.get_by_role("link", name="Cancel purchase…").click()
    no_sideways(staff)
    staff.get_by_role("button", name="Cancel purchase").click()
    expect(staff.get_by_text("Enter a reason.")).to_be_visible()
    staff.get_by_label("Reason").fill("Too expensive")
    staff.get_by_role("button", name="Cancel purchase").click()
    expect(staff.get_by_role("status")).to_contain_text("The purchase will be cancelled on")
    expect(staff.locator(".titles .chip")).to_contain_text("Ends")
    staff.get_by_role("link", name="Keep purchase…").click()
    staff.get_by_role("button", name="Keep purchase").click()
    expect(staff.get_by_role("status")).to_contain_text("Scheduled cancellation removed.")
    expect(staff.locator(".titles .chip")).to_have_count(0)
    staff.get_by_role("link", name="Pause…").click()
    no_sideways(staff)
    staff.get_by_label("Restart on").fill(str(timezone.now().date() + timedelta(days=30)))
    staff.get_by_role("button", name="Pause purchase").click()
    expect(staff.locator(".titles .badge")).to_have_text("Paused")
    expect(staff.locator(".titles .chip")).to_contain_text("Restarts")
    no_sideways(staff)
    staff.get_by_role("link", name="Reactivate…").click()
    staff.get_by_role("link", name="Cancel").click()
    staff.get_by_role("link", name="Reactivate…").click()
    staff.get_by_role("button", name="Reactivate purchase").click()
    expect(staff.locator(".titles .badge")).to_have_text("Active")
