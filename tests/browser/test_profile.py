"""What agents do to one customer, in a browser: add, edit beside somebody else, status, tags, credit, matching."""

import re

import pytest
from playwright.sync_api import Page, expect

from crm.accounts.roles import SUPPORT_AGENT
from customers.matching.duplicates import duplicates_of
from customers.models import Customer, Tag
from customers.profile.edit import edit_profile
from tests.browser.conftest import PHONE
from tests.factories import customer_with_order, lead, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def helena(live_server):
    return customer_with_order(email="hholy@gmail.com", phone="+420 241 770 449")


@pytest.fixture
def as_agent(sign_in):
    sign_in("margaret", *SUPPORT_AGENT.ticks)


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def more(page: Page, name: str) -> None:
    page.get_by_label("More actions").click()
    page.get_by_role("link", name=name).click()


def test_who_is_known_already_is_shown_before_somebody_is_added(page: Page, helena, as_agent):
    page.set_viewport_size(PHONE)
    page.goto("/customers/")
    page.get_by_role("link", name="Add customer").click()
    page.get_by_label("First name").fill("Hana")
    page.get_by_label("Email", exact=True).fill("HHOLY@gmail.com")
    page.get_by_label("Lead status").select_option("Qualified Lead")
    page.get_by_label("Same as billing").uncheck()
    page.locator("#shipping").get_by_label("City").fill("Brno")
    page.get_by_role("button", name="Add customer").click()

    expect(page.get_by_role("alert")).to_contain_text(f"Helena Holý ({helena.pk}) has the same email.")
    expect(page.locator("#shipping").get_by_label("City")).to_have_value("Brno")
    assert fits(page)
    page.get_by_role("button", name="Add anyway").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hana")
    expect(page.locator(".titles")).to_contain_text("Qualified Lead")
    page.go_back()
    page.go_back()
    assert Customer.objects.count() == 2


def test_the_second_of_two_who_edit_chooses_between_both_versions(page: Page, helena, as_agent):
    page.set_viewport_size(PHONE)
    page.goto(f"/customers/{helena.pk}/")
    page.get_by_role("link", name="Edit contact").click()
    page.get_by_label("Email", exact=True).fill("mine@example.org")
    page.get_by_label("Company").fill("Holý Design")
    other = make_user("jane", first_name="Jane", last_name="Peacock")
    theirs = {"email": "theirs@example.org", "phone": "+420 111 222 333"}
    edit_profile(helena, theirs, version=helena.version, by=other, via="page")
    page.get_by_role("button", name="Save customer").click()

    expect(page.get_by_role("alert")).to_contain_text("Not saved. Jane Peacock changed this customer a moment ago.")
    expect(page.get_by_label("Email", exact=True)).to_have_value("mine@example.org")
    expect(page.get_by_role("radio", name=re.compile("Phone, saved value"))).to_be_checked()
    assert fits(page)
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_role("alert")).to_contain_text("Select one version for: Email.")
    page.get_by_role("radio", name=re.compile(r"Your value\s*, Email")).focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save customer").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Helena Holý")
    helena.refresh_from_db()
    assert (helena.email, helena.phone, helena.company) == ("mine@example.org", "+420 111 222 333", "Holý Design")


def test_status_tag_and_attribute_are_set_and_taken_off(page: Page, as_agent):
    hana = lead(first_name="Hana", email="hana@example.org").record.customer
    page.set_viewport_size(PHONE)
    page.goto(f"/customers/{hana.pk}/")
    more(page, "Set status…")
    page.get_by_label("Lead status").select_option("Lost")
    page.get_by_label("Owner").select_option("margaret")
    page.get_by_role("button", name="Save status").click()
    expect(page.locator(".titles")).to_contain_text("Lost")
    expect(page.locator(".meta")).to_contain_text("Owner: margaret")

    page.get_by_label("Add tag").click()
    page.get_by_label("Tag", exact=True).fill("vip")
    page.get_by_role("button", name="Add tag").click()
    expect(page.locator(".titles")).to_contain_text("vip")
    page.get_by_role("button", name="Remove tag vip").click()
    expect(page.get_by_role("button", name="Remove tag vip")).to_have_count(0)
    assert not Tag.objects.filter(removed=False).exists()

    more(page, "Tags and attributes")
    page.get_by_label("Name", exact=True).fill("Shoe size")
    page.get_by_label("Kind").select_option("Whole number")
    page.get_by_label("Value").fill("large")
    page.get_by_role("button", name="Set attribute").click()
    expect(page.locator("main")).to_contain_text("Enter a whole number such as 12.")
    page.get_by_label("Value").fill("41")
    page.get_by_role("button", name="Set attribute").click()
    expect(page.get_by_text("Shoe size: 41")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Remove Shoe size").click()
    expect(page.get_by_text("No attributes yet.")).to_be_visible()


def test_credit_is_given_and_below_zero_only_when_ticked(page: Page, helena, as_agent):
    page.set_viewport_size(PHONE)
    page.goto(f"/customers/{helena.pk}/")
    more(page, "Adjust credit…")
    page.get_by_label("Amount").fill("7.50")
    page.get_by_label("Reason").fill("Late parcel")
    page.get_by_role("button", name="Adjust credit").dblclick()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    more(page, "Adjust credit…")
    page.get_by_label("Amount").fill("-10")
    page.get_by_label("Reason").fill("Taken off an order")
    page.get_by_role("button", name="Adjust credit").click()
    expect(page.locator("main")).to_contain_text("has only 7.50 USD of credit.")
    page.get_by_label("Allow negative credit").check()
    page.get_by_role("button", name="Adjust credit").click()
    expect(page.locator("#rows tbody tr").first).to_contain_text("−10.00")
    expect(page.locator("#totals")).to_contain_text("−2.50")
    assert fits(page)


def test_a_value_is_not_matched_on_until_that_is_taken_back(page: Page, helena, as_agent):
    page.set_viewport_size(PHONE)
    otto = customer_with_order(first_name="Otto", email="otto@example.org", phone="+420 241 770 449")
    page.goto(f"/customers/{helena.pk}/")
    expect(page.get_by_role("link", name=re.compile("possible duplicate"))).to_be_visible()
    more(page, "Emails and phones")
    page.get_by_role("button", name=re.compile(r"Exclude from matching.*\+420")).click()
    expect(page.get_by_role("status")).to_contain_text(
        f"+420 241 770 449 of Helena Holý ({helena.pk}) is excluded from matching."
    )
    assert fits(page)
    assert duplicates_of(otto) == []
    page.get_by_role("button", name="Use for matching").click()
    expect(page.get_by_role("status")).to_contain_text(
        f"+420 241 770 449 of Helena Holý ({helena.pk}) is used for matching again."
    )
    assert [candidate.customer for candidate in duplicates_of(otto)] == [helena]


def test_a_login_is_added_and_its_password_set_anew(page: Page, helena, as_agent):
    page.set_viewport_size(PHONE)
    page.goto(f"/customers/{helena.pk}/")
    more(page, "Add a login…")
    page.get_by_label("Login", exact=True).fill("helena.holy")
    page.get_by_role("button", name="Add login").click()
    expect(page.locator("#rows tbody tr")).to_contain_text("Not set")
    page.get_by_role("link", name="Set password…").click()
    page.get_by_label("New password").fill("a long secret")
    page.get_by_role("button", name="Set password").click()
    expect(page.locator("#rows tbody tr")).not_to_contain_text("Not set")
    expect(page.get_by_role("status")).to_contain_text("was changed")
    assert fits(page)
