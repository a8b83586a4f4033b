import re

from playwright.sync_api import Page, expect

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import User
from crm.accounts.roles import SUPPORT_AGENT
from crm.permissions import MANAGE_USERS
from tests.browser.conftest import PHONE
from tests.factories import make_user


def test_chromium_starts(browser):
    assert browser.is_connected()


def test_a_wrong_password_can_be_tried_again(page: Page, sign_in):
    make_user("margaret", password="a good password")
    page.goto("/accounts/login/")
    page.get_by_label("User name").fill("margaret")
    page.get_by_label("Password").fill("wrong")
    page.get_by_label("Password").press("Enter")

    expect(page.get_by_role("alert")).to_have_text("The user name or password is wrong. Both are case-sensitive.")
    expect(page.get_by_label("User name")).to_have_value("margaret")


def test_the_theme_switch_darkens_the_page_and_is_remembered(page: Page):
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Toggle theme").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("body")).to_have_css("background-color", "rgb(15, 19, 22)")

    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_user_is_created_with_a_role_and_edited(page: Page, sign_in):
    page.set_viewport_size(PHONE)
    sign_in("jane", *sorted(ALL_PERMISSIONS))
    page.goto("/users/")
    page.get_by_role("link", name="Create user").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)  # Active
    page.get_by_label("User name").fill("margaret")
    page.get_by_label("Full name").fill("Margaret Park")
    page.get_by_label("Password").fill("a good password")
    page.get_by_label("Role").select_option("Support agent")
    expect(page.get_by_role("checkbox", name=re.compile("^Can merge customers"))).to_be_checked()
    page.get_by_role("button", name="Create user").click()

    expect(page.get_by_role("status")).to_have_text("Margaret Park can sign in now.")
    assert User.objects.get(username="margaret").get_all_permissions() == SUPPORT_AGENT.ticks

    page.get_by_role("link", name="Margaret Park").click()
    page.get_by_role("checkbox", name=re.compile("^Can merge customers")).uncheck()
    expect(page.get_by_label("Role")).to_have_value("custom")
    page.get_by_role("button", name="Save user").click()

    expect(page.get_by_role("row", name="Margaret Park")).to_contain_text("Custom")
    may = User.objects.get(username="margaret").get_all_permissions()
    assert may == SUPPORT_AGENT.ticks - {"customers.merge_customer"}


def test_ones_own_boxes_are_out_of_reach(page: Page, sign_in):
    sign_in("jane", MANAGE_USERS)
    page.get_by_role("main").get_by_role("link", name="jane").click()

    expect(page.get_by_text("Another admin must change your permissions")).to_be_visible()
    expect(page.get_by_label("Can manage users")).to_be_disabled()
    expect(page.get_by_label("Active", exact=True)).to_be_disabled()
