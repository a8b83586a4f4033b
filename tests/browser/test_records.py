"""A tab narrowed to a source, history to a kind, and a record split off; on a phone."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from crm.accounts.roles import SUPPORT_AGENT
from customers.profile.edit import edit_profile
from tests.acts import fresh, merge
from tests.browser.conftest import PHONE
from tests.factories import SourceRecordFactory, customer_with_order, order

pytestmark = pytest.mark.django_db(transaction=True)
WHEN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def helena(live_server):
    """With a record of somebody else's, through which 30 orders came, and a customer merged in."""
    made = customer_with_order(email="hholy@gmail.com", external_id="7", at=WHEN)
    SourceRecordFactory(customer=made, data_source__name="Marketplace", external_id="MP-9", first_name="Hubert")
    for n in range(30):
        order("Marketplace", external_id="MP-9", at=WHEN + timedelta(days=n))
    merge(made, customer_with_order(first_name="H.", email="hholy@gmail.com", source="Post", at=WHEN))
    [made] = fresh(made)
    edit_profile(made, {"custom1": "gold"}, version=made.version, by=None, via="page")
    return made


@pytest.fixture
def as_splitter(sign_in, page: Page):
    page.set_viewport_size(PHONE)
    sign_in("margaret", *SUPPORT_AGENT.ticks, "customers.split_sourcerecord")


def lines(page: Page):
    return page.locator("#rows tbody tr")


def test_a_tab_is_narrowed_to_a_source_paged_and_left_again(page: Page, helena, as_splitter):
    page.goto(f"/customers/{helena.pk}/")
    expect(page.get_by_role("img", name=re.compile("Spend by month in USD.*Merges: Merge"))).to_be_visible()
    page.get_by_label("Source", exact=True).select_option("Marketplace")
    page.get_by_role("button", name="Filter").press("Enter")
    expect(page).to_have_url(re.compile("source="))
    expect(page.locator("#rows")).to_be_focused()
    expect(page.get_by_text("30 paid orders")).to_be_visible()

    page.get_by_role("link", name="Older").click()
    expect(lines(page)).to_have_count(5)
    expect(page.get_by_label("Source", exact=True).locator("option:checked")).to_have_text("Marketplace")
    page.get_by_label("Linked records").get_by_role("link", name="History").click()
    expect(page.locator("#rows .day")).to_have_count(25)
    page.go_back()
    expect(lines(page)).to_have_count(5)
    page.wait_for_load_state()
    page.go_back()
    expect(lines(page)).to_have_count(25)


def test_history_is_read_by_kind_and_leads_to_the_merge(page: Page, helena, as_splitter):
    page.goto(f"/customers/{helena.pk}/?tab=history")
    page.get_by_label("Kind").select_option("Edit")
    page.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile("kind=edit"))
    expect(page.locator("#rows ol.timeline > li")).to_have_count(1)
    expect(page.locator("#rows")).to_contain_text("Custom 1 set to gold.")

    page.get_by_label("Kind").select_option("Merge")
    page.get_by_role("button", name="Filter").press("Enter")
    expect(page).to_have_url(re.compile("kind=merge"))
    page.locator("#rows").get_by_role("link", name=re.compile("^Merge ")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Merge")


def test_a_record_is_split_off_after_a_look_and_no_second_time(page: Page, helena, as_splitter):
    page.goto(f"/customers/{helena.pk}/?tab=sources")
    page.get_by_role("link", name="Split… Marketplace MP-9").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Split record Marketplace MP-9?")
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(re.compile("tab=sources"))
    page.get_by_role("link", name="Split… Marketplace MP-9").press("Enter")
    expect(page.get_by_text("Nothing has changed yet.")).to_be_visible()
    page.get_by_label("Optional, kept in the history of both customers").fill("A brother")
    page.get_by_role("button", name="Split record").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Split. Marketplace MP-9 is now a separate customer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hubert")
    expect(page.locator("#history")).to_contain_text("Split off from Helena Holý")
    expect(page.locator("#history")).to_contain_text("Reason: A brother")
    page.go_back()
    expect(page.get_by_text("Nothing was split")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hubert")
    page.locator("#history").get_by_role("link", name="Helena Holý").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Helena Holý")
