"""What staff see of the API: a page that is not ours, with assets that are."""

import re

from playwright.sync_api import Page, expect

from tests.api.caller import Caller
from tests.api.konnektive.konnektive_caller import KonnektiveCaller


def open_subject(page: Page, name: str) -> None:
    page.locator(".opblock-tag", has_text=name).get_by_role("button").click()


def test_operations_are_listed_opened_and_tried_with_a_key(page, sign_in):
    sign_in("reader", "customers.view_customer", "accounts.use_api")
    page.goto("/v1/docs")
    expect(page.get_by_role("heading", name=re.compile("ChartMogul"))).to_be_visible()
    open_subject(page, "Merges")
    merge = page.locator(".opblock", has_text="/v1/customers/merges")
    merge.locator("button").first.click()
    for status in ("202", "400", "401", "403", "404", "413", "422", "429"):
        expect(merge.locator(f".response[data-code='{status}']")).to_be_visible()

    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".dialog-ux")
    dialog.locator("input").first.fill(Caller().token)
    dialog.get_by_role("button", name="Apply credentials").click()
    dialog.get_by_role("button", name="Close").last.click()
    open_subject(page, "Account")
    ping = page.locator(".opblock", has_text="/v1/ping")
    ping.locator("button").first.click()
    ping.get_by_role("button", name="Try it out").click()
    ping.get_by_role("button", name="Execute").click()
    expect(ping.locator(".live-responses-table").get_by_text("pong!")).to_be_visible()


def test_whoever_is_not_signed_in_is_asked_to(page):
    page.goto("/v1/docs")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/v1/docs"))


def test_a_call_of_the_other_dialect_is_tried_with_a_form(page, sign_in):
    sign_in("reader", "customers.view_customer", "accounts.use_api")
    page.goto("/konnektive/docs")
    expect(page.get_by_role("heading", name=re.compile("Konnektive"))).to_be_visible()
    open_subject(page, "Campaign")
    call = page.locator(".opblock-post", has_text="/campaign/query/")
    call.locator("button").first.click()
    call.get_by_role("button", name="Try it out").click()
    caller = KonnektiveCaller()
    call.locator("[data-property-name=loginId] input[type=text]").fill(caller.user.username)
    call.locator("[data-property-name=password] input[type=password]").fill(caller.token)
    call.get_by_role("button", name="Execute").click()
    expect(call.locator(".live-responses-table").get_by_text("No campaigns matching")).to_be_visible()
