import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.accounts.roles import SUPPORT_AGENT
from customers.engagement import notes
from tests.browser.conftest import PASSWORD, PHONE, WIDE
from tests.factories import customer_with_order, make_user, order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def helena(live_server):
    made = customer_with_order(email="hholy@gmail.com", phone="+420 241 770 449")
    for n in range(30):
        order(email="hholy@gmail.com", first_name="Helena", at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n))
    for n in range(30):
        customer_with_order(first_name=f"Person{n}", last_name="Other", email=f"p{n}@example.org")
    return made


@pytest.fixture
def as_agent(sign_in):
    sign_in("margaret", *SUPPORT_AGENT.ticks)


def widths(page: Page) -> tuple[int, int]:
    return page.evaluate("[document.documentElement.scrollWidth, innerWidth]")


def test_a_search_swaps_the_rows_and_back_brings_the_list(page: Page, helena, as_agent):
    page.goto("/customers/")
    box = page.get_by_label("Search")
    box.fill("hholy@gmail.com")
    box.press("Enter")

    expect(page).to_have_url(re.compile(r"q=hholy"))
    expect(page.get_by_role("row")).to_have_count(2)
    expect(box).to_be_focused()
    page.get_by_role("link", name="Helena Holý").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Helena Holý")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Customers")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_label("Search")).to_have_value("hholy@gmail.com")
    page.go_back()
    expect(page.get_by_role("row")).to_have_count(26)


@pytest.mark.parametrize("url", ["/", "/orders/"])
def test_any_page_shows_hits_while_a_search_is_typed(page: Page, helena, as_agent, url):
    page.goto(url)
    box, hits = page.get_by_label("Search customers"), page.locator("#hits")
    box.press_sequentially("person1")
    expect(hits.get_by_role("link").first).to_be_visible()
    expect(page.locator("#hits-number")).to_have_text("More than 8 customers")
    box.press("ArrowDown")
    expect(hits.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(hits).to_be_empty()
    expect(box).to_be_focused()
    box.fill("holy")
    expect(hits.get_by_role("link", name="Helena Holý")).to_be_visible()
    page.get_by_role("heading", level=1).click()
    expect(hits).to_be_empty()
    box.fill("holý")
    hits.get_by_role("link", name="Helena Holý").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Helena Holý")


def test_a_list_is_filtered_sorted_followed_and_taken_home(page: Page, helena, as_agent):
    page.set_viewport_size(PHONE)
    page.goto("/customers/")
    rows = page.locator("#result_list tbody tr")
    shop = page.get_by_role("list", name="Filters").get_by_role("link", name="Shop")
    page.get_by_label("Source").select_option("Shop")
    expect(shop).to_be_visible()
    page.get_by_label("Sort by").select_option("By last name")
    expect(page).to_have_url(re.compile("sort=name"))
    expect(rows.first).to_contain_text("Helena Holý")
    page.get_by_role("link", name="Next page").click()
    expect(rows).to_have_count(6)
    page.go_back()
    expect(rows).to_have_count(25)
    expect(page.get_by_label("Source")).to_have_value(re.compile(r"\d+"))

    page.get_by_label("Search").fill("(+420) 241-770-449")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("Results for phone +420 241 770 449")).to_be_visible()
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Export…").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    page.go_back()
    assert download.value.suggested_filename.startswith("customers-")
    assert "Helena,Holý" in download.value.path().read_text(encoding="utf-8-sig")
    shop.click()
    expect(page.get_by_label("Source")).to_have_value("")
    expect(page.get_by_label("Search")).to_have_value("(+420) 241-770-449")
    wide, inner = widths(page)
    assert wide <= inner


def wait_until_settled(page: Page) -> None:
    """Until then htmx moves the focus once more, and a key that is pressed in between goes elsewhere."""
    expect(page.locator(".htmx-added, .htmx-settling, .htmx-swapping")).to_have_count(0)


def test_pages_of_the_list_follow_each_other_by_keyboard(page: Page, helena, as_agent):
    page.goto("/customers/")
    page.get_by_label("Sort by").select_option("By last name")
    expect(page).to_have_url(re.compile("sort=name"))
    page.get_by_role("link", name="Next page").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("row")).to_have_count(7)
    expect(page.locator("#customer-rows")).to_be_focused()
    wait_until_settled(page)
    page.get_by_role("link", name="First page").press("Enter")
    expect(page.get_by_role("row")).to_have_count(26)


def test_tabs_swap_the_rows_take_the_focus_and_go_back(page: Page, helena, as_agent):
    page.set_viewport_size(PHONE)
    page.goto(f"/customers/{helena.pk}/")
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(5)
    page.get_by_role("link", name="Older").click()
    expect(rows).to_have_count(25)
    wait_until_settled(page)
    page.get_by_label("Linked records").get_by_role("link", name="Sources").press("Enter")

    expect(page.locator("#rows")).to_be_focused()
    expect(page.get_by_label("Linked records").get_by_role("link", name="Sources")).to_have_attribute(
        "aria-current", "true"
    )
    expect(page).to_have_url(re.compile("tab=sources"))
    page.go_back()
    expect(rows).to_have_count(25)
    page.wait_for_load_state()  # going back loads the page; only then is anybody there to hear of the next step
    page.go_back()
    expect(rows).to_have_count(5)
    expect(page.get_by_role("heading", level=1)).to_have_text("Helena Holý")


def test_a_note_is_written_without_leaving_the_page(page: Page, helena, as_agent):
    page.set_viewport_size(PHONE)
    page.goto(f"/customers/{helena.pk}/?tab=sources")
    page.get_by_role("link", name="+ Note").click()

    expect(page.get_by_label("Note (staff only)")).to_be_focused()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("textbox", name="Note")).to_have_count(0)
    page.get_by_role("link", name="+ Note").press("Enter")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_text("Enter a note.")).to_be_visible()
    expect(page.get_by_label("Note (staff only)")).to_be_focused()
    page.keyboard.type("Asked about a parcel.")
    page.get_by_role("button", name="Save note").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The note was saved")
    expect(page.locator("#history blockquote")).to_have_text("Asked about a parcel.")


def test_everything_works_without_javascript(browser: Browser, live_server, helena):
    make_user("margaret", SUPPORT_AGENT.ticks, password=PASSWORD)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/accounts/login/?next=/customers/")
    page.get_by_label("User name").fill("margaret")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Search").fill("holy")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Helena Holý").click()
    page.get_by_role("link", name="Older").click()
    expect(page.locator("#rows tbody tr")).to_have_count(25)
    page.get_by_role("link", name="Older").click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.get_by_label("Linked records").get_by_role("link", name="History").click()
    page.get_by_role("link", name="+ Note").click()
    page.get_by_label("Note (staff only)").fill("Called.")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#history blockquote")).to_have_text("Called.")
    context.close()


def test_nothing_makes_the_page_scroll_sideways(page: Page, as_agent):
    long = customer_with_order(
        first_name="N" * 100, last_name="W" * 100, email=f"{'x' * 60}@{'y' * 60}.example.org", company="C" * 200
    )
    notes.add(long, {"text": "w" * 300}, by=None)
    tabs = [f"/customers/{long.pk}/?tab={tab}" for tab in ("orders", "history", "notes", "sources")]
    for path in [*tabs, "/customers/"]:
        page.goto(path)
        for size in (WIDE, PHONE, {"width": 320, "height": 640}):
            page.set_viewport_size(size)
            wide, inner = widths(page)
            assert wide <= inner, (path, size)
