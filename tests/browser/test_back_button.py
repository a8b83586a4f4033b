"""The back button after each step of a merge, and two tabs in which the same is decided."""

import re

import pytest
from playwright.sync_api import Page, expect

from crm.accounts.roles import SUPPORT_AGENT
from customers.models import Customer, Merge
from tests.factories import customer_with_order

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL, PHONE = "hholy@gmail.com", "+420 241 770 449"


@pytest.fixture
def helena(live_server, sign_in) -> Customer:
    sign_in("margaret", *SUPPORT_AGENT.ticks)
    helena = customer_with_order(email=EMAIL, phone=PHONE)
    customer_with_order(last_name="Holy", email="helen@example.org", phone=PHONE)
    return helena


def choose(page: Page, helena: Customer) -> None:
    page.goto(f"/customers/{helena.pk}/merge/")
    page.get_by_role("checkbox", name=re.compile("^Helena Holy")).check()
    page.get_by_role("button", name="Continue").click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_back_leads_through_the_steps_and_on_again(page: Page, helena: Customer):
    choose(page, helena)
    page.locator("input[name=value-email]").fill("typed@example.org")
    page.get_by_role("button", name="Review merge").click()
    expect(page.get_by_role("button", name="Yes, I’m sure")).to_be_visible()
    page.go_back()
    heading(page, "Final values for Helena Holý")
    page.go_back()
    heading(page, "Merge into Helena Holý")
    expect(page.get_by_role("checkbox", name=re.compile("^Helena Holy"))).to_be_checked()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Review merge").click()
    page.get_by_role("button", name="Yes, I’m sure").click()
    expect(page.get_by_role("status")).to_contain_text("Merged.")
    page.go_back()
    expect(page.locator("main")).not_to_contain_text("Nothing has changed yet.")
    assert Merge.objects.count() == 1


def test_after_an_undo_back_and_a_second_click_undo_nothing_more(page: Page, helena: Customer):
    choose(page, helena)
    page.get_by_role("button", name="Review merge").click()
    page.get_by_role("button", name="Yes, I’m sure").click()
    page.get_by_role("status").get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Undo merge").dblclick()
    # Where the second click came before the first was answered, it is told that this is done.
    expect(page).to_have_url(re.compile(rf"/(customers/{helena.pk}|merges/\d+)/$"))
    expect(page.get_by_role("status")).to_contain_text("ndone")
    page.go_back()
    expect(page.locator("main")).to_contain_text("was undone by")
    assert Customer.objects.live().count() == 2


def test_the_second_of_two_tabs_is_told_that_it_is_done(page: Page, helena: Customer):
    choose(page, helena)
    other = page.context.new_page()
    choose(other, helena)
    for tab in (page, other):
        tab.get_by_role("button", name="Review merge").click()
    page.get_by_role("button", name="Yes, I’m sure").click()
    expect(page.get_by_role("status")).to_contain_text("Merged.")
    other.get_by_role("button", name="Yes, I’m sure").click()
    expect(other.get_by_role("status")).to_contain_text("Already merged.")
    assert Merge.objects.count() == 1
