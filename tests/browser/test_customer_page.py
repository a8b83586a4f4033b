"""The first screen of a customer, the groups of tabs, and the menus, by what is seen of them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.models import BillingStatus, Customer, PaySource
from tests.browser.conftest import PHONE, WIDE
from tests.factories import customer_with_order, order, shipped_order

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = (1366, 1120, 1024, 768, 390, 320)


@pytest.fixture
def helena(live_server):
    who = {"email": "hholy@gmail.com", "phone": "+420 241 770 449"}
    address = {"line1": "Rilská 3174/6", "city": "Prague", "postal_code": "14300", "country": "CZ"}
    customer = customer_with_order(**who, billing_address=address)
    customer_with_order(**who, first_name="Helen")
    for n in range(30):
        order(email="hholy@gmail.com", first_name="Helena", at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n))
    card = PaySource.objects.create(source_record=customer.records.first(), brand="VISA", last_four="4242")
    Customer.objects.filter(pk=customer.pk).update(pay_source=card)
    return customer


@pytest.fixture
def as_admin(sign_in):
    sign_in("jane", *ALL_PERMISSIONS)


def bottom(part: Locator) -> float:
    box = part.bounding_box()
    return box["y"] + box["height"]


def tops(links: Locator) -> set[float]:
    return {round(link.bounding_box()["y"]) for link in links.all()}


@pytest.mark.parametrize("name", ["Holý", "W" * 100])
def test_who_calls_what_they_bought_and_what_can_be_done_are_in_the_first_screen(page: Page, helena, as_admin, name):
    Customer.objects.filter(pk=helena.pk).update(last_name=name, billing_status=BillingStatus.ACTIVE)
    page.set_viewport_size(WIDE)
    page.goto(f"/customers/{helena.pk}/")

    summary = page.get_by_role("region", name="Summary")
    for part in (
        page.get_by_role("heading", level=1),
        summary.get_by_role("link", name="hholy@gmail.com"),
        summary.get_by_role("link", name="+420 241 770 449"),
        summary.get_by_text("Rilská 3174/6"),
        summary.get_by_text("30 Jan 2026"),
        summary.get_by_text("VISA 4242"),
        page.get_by_role("link", name="Merge 1 possible duplicate"),
        page.get_by_role("link", name="Edit", exact=True).first,
        page.get_by_role("navigation", name="Linked records"),
    ):
        assert bottom(part) <= WIDE["height"], part


def test_groups_of_tabs_stand_in_one_line_on_a_desk_and_in_two_on_a_phone(page: Page, helena, as_admin):
    shipped_order(email="hholy@gmail.com")
    page.goto(f"/customers/{helena.pk}/")
    groups = page.get_by_role("navigation", name="Linked records").get_by_role("link")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert len(tops(groups)) == (1 if width > 767 else 2), width
        for link in groups.all():
            box = link.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


def test_a_tab_keeps_its_address_and_is_gone_to_by_keyboard(page: Page, helena, as_admin):
    page.goto(f"/customers/{helena.pk}/?tab=fulfillments")
    groups = page.get_by_role("navigation", name="Linked records")
    expect(groups.get_by_role("link", name="Orders")).to_have_attribute("aria-current", "true")
    expect(
        page.get_by_role("navigation", name="Orders", exact=True).get_by_role("link", name="Fulfillments")
    ).to_have_attribute("aria-current", "page")

    groups.get_by_role("link", name="History").press("Enter")
    expect(page.locator("#rows")).to_be_focused()
    # The browser gives it the focus as it comes, and htmx once more when it has settled.
    expect(page.locator("#rows")).not_to_have_class(re.compile("settling"))
    page.keyboard.press("Tab")
    expect(groups.get_by_role("link", name="Orders")).to_be_focused()
    page.get_by_role("navigation", name="History", exact=True).get_by_role("link", name="Notes").press("Enter")
    expect(page.get_by_text("No notes yet")).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?]tab=notes$"))


def test_a_menu_closes_on_escape_beside_it_and_when_left(page: Page, helena, as_admin):
    page.goto(f"/customers/{helena.pk}/")
    more = page.get_by_text("More", exact=True)
    items = page.get_by_role("link", name="Set status…")

    more.press("Enter")
    expect(items).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(items).to_be_hidden()
    expect(page.locator("details.menu > summary", has_text="More")).to_be_focused()

    more.click()
    page.get_by_role("heading", level=1).click()
    expect(items).to_be_hidden()

    more.click()
    page.get_by_text("+ Tag").click()
    expect(items).to_be_hidden()
    expect(page.get_by_label("Tag", exact=True)).to_be_focused()


def test_nothing_is_drawn_where_nothing_was_spent(page: Page, as_admin, live_server):
    free = customer_with_order(total="0", at=datetime.now(UTC))
    page.goto(f"/customers/{free.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Helena Holý")
    expect(page.locator("svg.spend")).to_have_count(0)


def test_the_name_of_a_card_is_on_one_line(page: Page, helena, as_admin):
    PaySource.objects.update(brand="MASTERCARD")
    page.goto(f"/customers/{helena.pk}/")
    card = page.get_by_role("region", name="Summary").get_by_text("MASTERCARD 4242")
    lines = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 768})
        lines.append(card.evaluate("card => card.getClientRects().length"))
    assert lines == [1] * len(WIDTHS)


def test_a_phone_has_the_search_on_the_page_of_a_customer(page: Page, helena, as_admin):
    page.set_viewport_size(PHONE)
    page.goto(f"/customers/{helena.pk}/")
    search = page.get_by_role("searchbox", name="Search customers")
    assert search.bounding_box()["width"] >= PHONE["width"] - 40
    search.fill("hholy@gmail.com")
    search.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Customers")
