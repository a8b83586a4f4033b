"""The keys of lists, the worklist and the customer page."""

import re

import pytest
from playwright.sync_api import Page, expect

from crm.accounts.roles import SUPPORT_AGENT
from customers.models import Customer, NotDuplicate
from tests.factories import customer_with_order

EMAIL, NUMBER = "hholy@gmail.com", "+420 241 770 449"


@pytest.fixture
def helena(live_server, sign_in) -> Customer:
    sign_in("margaret", *SUPPORT_AGENT.ticks)
    helena = customer_with_order(email=EMAIL, phone=NUMBER)
    customer_with_order(first_name="Jan", email="jan@novak.cz", phone=NUMBER)
    return helena


def test_rows_are_gone_through_selected_and_acted_on_by_keys(page: Page, helena: Customer):
    page.goto("/duplicates/")
    page.keyboard.press("j")
    expect(page.locator("tr.here")).to_contain_text("Helena Holý")
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Shared emails and phones")).to_be_visible()
    page.go_back()
    page.keyboard.press("j")
    page.keyboard.press("m")
    page.wait_for_url(re.compile("/merge/"))
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("input[name=duplicate]")).to_be_checked()
    page.keyboard.press("n")
    expect(page.get_by_role("status")).to_contain_text("will not be suggested")
    assert NotDuplicate.objects.count() == 1


def test_the_customer_page_and_help(page: Page, helena: Customer):
    page.goto(helena.get_absolute_url())
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_contain_text("Merge")
    expect(sheet.get_by_text("Mark as not duplicates")).to_be_hidden()
    sheet.get_by_label("Use shortcuts of one letter").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.keyboard.press("?")
    sheet.get_by_label("Use shortcuts of one letter").check()
    sheet.get_by_role("button", name="Close").click()
    page.keyboard.press("m")
    page.wait_for_url(re.compile(rf"/customers/{helena.pk}/merge/$"))
