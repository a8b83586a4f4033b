import re

import pytest
from playwright.sync_api import Page, expect

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import AccountChange, ApiKey, User
from crm.accounts.roles import SUPPORT_AGENT
from tests.browser.conftest import PASSWORD, PHONE
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def enter(page: Page):
    """Sign in through the page as somebody who is there already."""

    def enter(username: str, password: str = PASSWORD) -> None:
        if page.get_by_role("button", name="Sign out").is_visible():
            page.get_by_role("button", name="Sign out").click()
            page.wait_for_url("**/login/")
        else:
            page.goto("/accounts/login/")
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "login" not in url)

    return enter


def test_a_user_is_created_and_may_do_what_was_ticked(page: Page, sign_in, enter):
    page.set_viewport_size(PHONE)
    sign_in("jane", *sorted(ALL_PERMISSIONS))
    page.goto("/users/add/")
    page.get_by_label("User name").fill("margaret")
    page.get_by_label("Password").fill("another good one")
    page.get_by_label("Role").select_option("Viewer")
    page.get_by_role("checkbox", name=re.compile("^Can merge customers")).check()
    expect(page.get_by_label("Role")).to_have_value("custom")
    page.get_by_role("button", name="Create user").click()
    expect(page.get_by_role("status")).to_have_text("margaret can sign in now.")

    enter("margaret", "another good one")
    page.wait_for_url(lambda url: "login" not in url)
    page.get_by_role("link", name="margaret").click()
    expect(page.get_by_role("main").get_by_role("listitem").filter(has_text="Can merge customers")).to_be_visible()
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)


def test_a_link_is_passed_on_and_sets_a_password_once(page: Page, sign_in, enter):
    page.set_viewport_size(PHONE)
    margaret = make_user("margaret", SUPPORT_AGENT.ticks)
    sign_in("jane", *sorted(ALL_PERMISSIONS))
    page.goto(f"/users/{margaret.pk}/")
    page.get_by_role("button", name="Create link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_role("list").filter(has_text="Password link created.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/")

    page.goto(link)
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_label("Repeat new password").fill("short")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("alert")).to_have_text("Not saved. Correct the highlighted fields.")
    page.get_by_label("New password", exact=True).fill("another good one")
    page.get_by_label("Repeat new password").fill("another good one")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("status")).to_have_text("Password changed. Sign in with your new password.")
    enter("margaret", "another good one")

    page.goto(link)
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()


def test_a_key_is_made_shown_once_and_revoked(page: Page, sign_in):
    page.set_viewport_size(PHONE)
    sign_in("robot", "accounts.use_api", "customers.view_customer")
    page.goto("/account/")
    page.get_by_role("link", name="Create API key").click()
    page.get_by_label("Name", exact=True).fill("Warehouse")
    page.get_by_label("Allowed addresses").fill("here")
    page.get_by_role("button", name="Create API key").click()
    expect(page.get_by_text("“here” is not an IP address")).to_be_visible()
    page.get_by_label("Allowed addresses").fill("203.0.113.7")
    page.get_by_role("button", name="Create API key").click()
    token = page.get_by_label("API key", exact=True).input_value()
    expect(page.get_by_role("button", name="Copy")).to_be_visible()
    page.get_by_role("link", name="I have copied it").click()

    expect(page.get_by_role("row", name="Warehouse")).to_contain_text("Active")
    assert token.startswith(ApiKey.objects.get().prefix)
    assert token not in page.content()
    page.get_by_role("link", name="Revoke… Warehouse").click()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Revoke… Warehouse").click()
    page.get_by_role("button", name="Revoke key").click()
    expect(page.get_by_role("status")).to_contain_text("API key Warehouse revoked.")
    expect(page.get_by_role("row", name="Warehouse")).to_contain_text("Revoked")


def test_theme_and_time_zone_follow_the_account(page: Page, sign_in):
    page.set_viewport_size(PHONE)
    sign_in("jane", "customers.view_customer", "accounts.manage_user")
    jane = User.objects.get(username="jane")
    AccountChange.objects.create(user=jane, by=jane, text="Created.", at="2026-01-12T23:30:00Z")
    page.goto("/account/")
    page.get_by_label("Theme", exact=True).select_option("Dark")
    page.get_by_label("Time zone").select_option("Prague")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("body")).to_have_css("background-color", "rgb(15, 19, 22)")

    page.goto("/users/changes/")
    expect(page.get_by_text("13 Jan 2026, 00:30 CET")).to_be_visible()
    with page.expect_response("**/account/theme/"):
        page.get_by_role("button", name="Toggle theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_without_scripts_the_theme_switch_and_a_role_work(browser, live_server):
    make_user("jane", ALL_PERMISSIONS, password=PASSWORD)
    with browser.new_context(base_url=live_server.url, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/users/add/")
        page.get_by_role("button", name="Toggle theme").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.get_by_label("User name").fill("jane")
        page.get_by_label("Password").fill(PASSWORD)
        with page.expect_navigation():  # the next page has a field of that name, too
            page.get_by_role("button", name="Sign in").click()
        page.get_by_label("User name").fill("margaret")
        page.get_by_label("Password").fill("another good one")
        page.get_by_label("Role").select_option("Support agent")
        page.get_by_role("button", name="Create user").click()
        expect(page.get_by_role("status")).to_have_text("margaret can sign in now.")
    margaret = User.objects.get(username="margaret")
    assert margaret.get_all_permissions() == SUPPORT_AGENT.ticks
    assert margaret.check_password("another good one")
