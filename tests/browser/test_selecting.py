"""Customers selected in the list are merged, by mouse, by keys and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from crm.accounts.roles import SUPPORT_AGENT
from customers.models import Customer
from tests.factories import customer_with_order


@pytest.fixture
def people(live_server, sign_in) -> list[Customer]:
    sign_in("margaret", *SUPPORT_AGENT.ticks)
    return [customer_with_order(first_name=f"Helena {n}", email="hholy@gmail.com") for n in "ABC"]


def test_customers_are_selected_by_keys_and_are_still_so_after_back(page: Page, people: list[Customer]):
    page.goto("/customers/?q=helena")
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("#result_list tbody input:checked")).to_have_count(2)
    page.keyboard.press("m")
    page.wait_for_url(re.compile(r"/customers/\d+/merge/"))
    expect(page.locator("input[name=duplicate]:checked")).to_have_count(1)

    page.go_back()
    expect(page.locator("#result_list tbody input:checked")).to_have_count(2)


def test_all_of_a_page_are_selected_at_once_and_a_search_keeps_them(page: Page, people: list[Customer]):
    page.goto("/customers/")
    page.get_by_label("Select all customers of this page").check()
    page.get_by_label("Search", exact=True).fill("Helena A")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 customers selected on other pages.")).to_be_visible()
    page.get_by_role("button", name="Merge selected…").click()
    expect(page.get_by_role("heading", name="Merge into")).to_be_visible()
    expect(page.locator("input[name=duplicate]:checked")).to_have_count(2)


def test_hits_are_shown_while_typing_and_opened_by_arrows(page: Page, people: list[Customer]):
    page.goto("/customers/")
    page.get_by_label("Search", exact=True).press_sequentially("helena b")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=helena"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Helena B Holý", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Search", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Helena B")
