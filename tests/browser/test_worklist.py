"""From the start page to the worklist: finding by key, dismissing and taking back, on the way to a merge."""

import re

import pytest
from playwright.sync_api import Page, expect

from crm.accounts.roles import ADMIN, SUPPORT_AGENT
from customers.models import Customer
from tests.browser.conftest import PHONE
from tests.browser.test_import import work
from tests.factories import customer_with_order
from tests.factories.rules import known_as


@pytest.fixture
def twins(transactional_db) -> list[Customer]:
    return [customer_with_order(email="hholy@gmail.com"), customer_with_order(email="hholy@gmail.com", first_name="H.")]


@pytest.fixture
def as_agent(sign_in, twins) -> None:
    sign_in("margaret", *SUPPORT_AGENT.ticks)


def test_the_key_leads_to_the_search_and_the_search_to_a_customer_whom_the_start_page_remembers(
    page: Page, as_agent, twins
):
    page.set_viewport_size(PHONE)
    page.goto("/")
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Search customers")
    expect(field).to_be_focused()
    expect(field).to_have_value("")  # the field had the focus already
    page.keyboard.type("hholy@gmail.com/")
    expect(field).to_have_value("hholy@gmail.com/")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="H. Holý", exact=True).click()
    page.wait_for_url("**/customers/*/")
    page.get_by_role("link", name="Reunite").click()
    lately = page.get_by_role("region", name="Recently viewed")
    expect(lately.get_by_role("link", name="H. Holý")).to_be_visible()


def test_the_key_goes_to_the_header_elsewhere_and_to_the_list_s_own_search_there(page: Page, as_agent):
    page.goto("/duplicates/")
    expect(page.locator("#header kbd")).to_have_text("/")
    page.keyboard.press("/")
    expect(page.get_by_label("Search customers")).to_be_focused()
    page.get_by_label("Reason for “Not duplicates” or “Related” (optional)").press("/")
    expect(page.get_by_label("Reason for “Not duplicates” or “Related” (optional)")).to_have_value("/")
    page.goto("/customers/")
    page.keyboard.press("/")
    expect(page.locator("#searchbar")).to_be_focused()


def test_a_group_is_dismissed_taken_back_and_merged_from_there(page: Page, as_agent, twins):
    page.set_viewport_size(PHONE)
    page.goto("/duplicates/")
    reason = page.get_by_label("Reason for “Not duplicates” or “Related” (optional)")
    reason.fill("Mother and daughter")
    with page.expect_navigation():
        reason.press("Enter")  # says nothing about anybody
    expect(page.get_by_text("1 group. Customers who share")).to_be_visible()
    reason.fill("Mother and daughter")
    page.get_by_role("button", name="Not duplicates").click()
    expect(page.get_by_role("heading", name="No duplicates to review")).to_be_visible()
    page.get_by_role("link", name="Not duplicates").click()
    expect(page.get_by_role("cell", name="Mother and daughter")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("can be suggested as duplicates of each other again")
    page.get_by_role("link", name="Same email or phone").click()
    page.get_by_role("link", name="Merge…").click()
    page.wait_for_url(re.compile(rf"/customers/{twins[0].pk}/merge/values/"))
    expect(page.locator(".sides")).to_contain_text("H. Holý")


def test_the_number_of_a_card_does_not_leave_the_browser(page: Page, as_agent):
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    typed = ("4000 0566 5566 5556", "card 4000.0566-5566/5556", "4000056655665556")
    pages = {"/duplicates/": "Search customers", "/customers/": "Search", "/customers/why/": "First customer"}
    for (path, name), card in zip(pages.items(), typed, strict=True):
        page.goto(path)
        field = page.get_by_role("searchbox", name=name).first
        field.fill(card)
        field.press("Enter")
        page.wait_for_url("**5556**")
    assert not [url for url in sent if "4000" in url]


def test_a_scan_is_started_and_what_it_finds_is_explained(page: Page, sign_in, transactional_db):
    for mail in ("rupert@one.example", "quill@two.example"):
        known_as("Rupert", "Quillfeather", email=mail, billing_address={"line1": "12 Quill Street", "city": "Reno"})
    sign_in("jane", *ADMIN.ticks)
    page.set_viewport_size(PHONE)
    page.goto("/duplicates/?tab=likely")
    expect(page.get_by_text("No scan of all customers has ended yet.")).to_be_visible()
    page.get_by_role("button", name="Scan all customers").click()
    page.wait_for_url("**/jobs/*/")
    work()
    page.goto("/duplicates/?tab=likely")
    page.get_by_role("link", name="Explain").click()
    expect(page.get_by_role("heading", name="One person?")).to_be_visible()
    expect(page.get_by_text("Same house number").first).to_be_visible()
