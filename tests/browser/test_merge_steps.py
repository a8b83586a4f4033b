"""The steps of a merge and its history in a browser, on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from crm.accounts.roles import ADMIN
from customers.models import Customer, Merge, MergeDraft, NotDuplicate
from tests.acts import merge
from tests.browser.conftest import PASSWORD, PHONE
from tests.browser.test_every_page import overflow
from tests.factories import customer_with_order

EMAIL, NUMBER = "hholy@gmail.com", "+420 241 770 449"


@pytest.fixture
def helenas(live_server) -> list[Customer]:
    helena = customer_with_order(email=EMAIL, phone=NUMBER, country="CZ")
    helen = customer_with_order(last_name="Holy", email=EMAIL.upper(), phone="241 770 449", country="CZ")
    return [helena, helen, customer_with_order(first_name="Zdeněk", email="zdenek@holy.cz")]


def test_a_candidate_is_explained_dismissed_taken_back_and_another_is_searched(page: Page, sign_in, helenas):
    helena, helen, zdenek = helenas
    page.set_viewport_size(PHONE)
    sign_in("jane", *ADMIN.ticks)
    page.goto(f"/customers/{helena.pk}/merge/")
    page.get_by_role("link", name=re.compile(rf"^Explain .*\({helen.pk}\)$")).click()
    expect(page.get_by_role("heading", name="Shared emails and phones")).to_be_visible()
    expect(page.locator("main")).to_contain_text("hholy@gmail.com")
    page.go_back()

    page.get_by_role("button", name=re.compile("^Not a duplicate")).click()
    expect(page.get_by_role("status").first).to_contain_text("will not be suggested")
    assert NotDuplicate.objects.count() == 1
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("status").first).to_contain_text("can be suggested")
    assert not NotDuplicate.objects.exists()

    page.get_by_role("searchbox", name=re.compile("^Name, email")).fill("zdenek")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("^Zdeněk Holý")).check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile(rf"duplicate={zdenek.pk}\b"))
    expect(page.get_by_text("No shared email or phone, and names differ.")).to_be_visible()


def test_all_from_this_one_picks_a_column_and_leaves_what_was_typed(page: Page, sign_in, helenas):
    helena, helen, _ = helenas
    page.set_viewport_size(PHONE)
    sign_in("jane", *ADMIN.ticks)
    page.goto(f"/customers/{helena.pk}/merge/values/?duplicate={helen.pk}")
    page.locator("input[name=value-last_name]").fill("Holá")
    page.locator(f"button[name=all][value='{helen.pk}']").click()

    expect(page.locator(f"input[name=pick-phone][value='{helen.pk}']")).to_be_checked()
    expect(page.locator("input[name=value-phone]")).to_have_value("241 770 449")
    expect(page.locator("input[name=pick-last_name]:checked")).to_have_count(0)
    expect(page.locator("input[name=value-last_name]")).to_have_value("Holá")
    expect(page.locator("#taken")).to_contain_text("Values you entered are kept")
    assert f"duplicate={helen.pk}" in page.url  # nothing was sent
    page.get_by_role("button", name="Review merge").click()
    expect(page.get_by_role("row", name=re.compile("^Last name"))).to_contain_text("Holá")


def test_what_was_entered_is_there_again_after_every_way_back(page: Page, sign_in, helenas):
    helena, helen, _ = helenas
    page.set_viewport_size(PHONE)
    sign_in("jane", *ADMIN.ticks)
    page.goto(f"/customers/{helena.pk}/merge/")
    page.get_by_role("button", name="Continue").click()
    last_name, phone = page.locator("input[name=value-last_name]"), page.locator("input[name=value-phone]")
    last_name.fill("Holá")
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge into Helena Holý")
    page.get_by_role("button", name="Continue").click()
    expect(last_name).to_have_value("Holá")

    page.wait_for_load_state()  # only then is the script there that keeps what is entered
    phone.fill("+420 602 330 910")
    page.go_back()
    wait_for_draft(page, "+420 602 330 910")
    page.get_by_role("button", name="Continue").click()
    expect(last_name).to_have_value("Holá")
    expect(phone).to_have_value("+420 602 330 910")

    page.locator(f"button[name=all][value='{helen.pk}']").click()
    page.get_by_role("button", name="Review merge").click()
    page.wait_for_url(re.compile("/merge/confirm/"))
    review = page.url
    page.go_back()
    expect(last_name).to_have_value("Holá")

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/")
    page.goto(review)
    page.get_by_label("User name").fill("jane")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(review)
    expect(page.get_by_role("row", name=re.compile("^Last name"))).to_contain_text("Holá")
    page.get_by_role("link", name="Cancel").click()
    expect(last_name).to_have_value("Holá")
    expect(page.locator(f"input[name=pick-email][value='{helen.pk}']")).to_be_checked()
    page.get_by_role("button", name="Start over").click()
    expect(last_name).to_have_value("Holý")


def test_a_name_of_one_long_word_makes_no_page_wider_than_a_phone(page: Page, sign_in, live_server):
    long = [customer_with_order(first_name="A" * 50, last_name=letter * 50, email=EMAIL) for letter in "BC"]
    kept, merged = long[0].pk, long[1].pk
    page.set_viewport_size(PHONE)
    sign_in("jane", *ADMIN.ticks)

    def wide_pages(*addresses: str) -> list[str]:
        return [address for address in addresses if page.goto(address) and overflow(page)]

    assert not wide_pages(f"/customers/{kept}/merge/", f"/customers/{kept}/why/{merged}/", "/duplicates/")
    assert page.locator("tbody th").bounding_box()["width"] > PHONE["width"] * 0.75
    number = merge(*long).pk
    assert not wide_pages(f"/customers/{kept}/", f"/merges/{number}/", f"/merges/{number}/undo/")


def test_the_plain_case_takes_three_clicks_from_the_customer_and_two_from_the_worklist(page: Page, sign_in, helenas):
    sign_in("jane", *ADMIN.ticks)
    for number in ("+420 602 330 910", "+420 602 330 911"):
        for _ in range(2):
            customer_with_order(first_name="Jan", last_name="Novák", phone=number, deduplicate=False)
    clicks = 0

    def click(role: str, name: str) -> None:
        nonlocal clicks
        page.get_by_role(role, name=re.compile(f"^{name}")).first.click()  # type: ignore[arg-type]
        clicks += 1

    page.goto(Customer.objects.filter(last_name="Novák").earliest("pk").get_absolute_url())
    click("link", "Merge .*possible duplicate")
    click("button", "Continue")
    click("button", "Yes, I’m sure")
    expect(page.get_by_role("status").first).to_contain_text("Merged.")
    assert clicks == 3
    page.goto("/duplicates/")
    click("link", "Merge… Jan Novák")
    click("button", "Yes, I’m sure")
    expect(page.get_by_role("status").first).to_contain_text("Merged.")
    assert (clicks, Merge.objects.count()) == (5, 2)
    page.get_by_role("link", name="Next group").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Final values for Helena Holý"))


def wait_for_draft(page: Page, text: str) -> None:
    """What is sent while a page is left is not seen by the page that follows."""
    for _ in range(100):
        if text in str(MergeDraft.objects.get().entered):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{text} is not kept")


def test_without_a_script_the_form_is_drawn_anew(browser, live_server, page: Page, sign_in, helenas):
    helena, helen, _ = helenas
    sign_in("jane", *ADMIN.ticks)
    with browser.new_context(
        base_url=live_server.url, java_script_enabled=False, storage_state=page.context.storage_state()
    ) as context:
        plain = context.new_page()
        plain.goto(f"/customers/{helena.pk}/merge/values/?duplicate={helen.pk}")
        plain.locator(f"button[name=all][value='{helen.pk}']").click()
        expect(plain.locator(f"input[name=pick-last_name][value='{helen.pk}']")).to_be_checked()
        expect(plain.locator("#taken")).to_contain_text("are selected")


def test_the_history_is_filtered_downloaded_and_one_duplicate_comes_back(page: Page, sign_in, helenas):
    helena, helen, zdenek = helenas
    merged = merge(helena, helen, zdenek)
    page.set_viewport_size(PHONE)
    sign_in("jane", *ADMIN.ticks)
    page.goto("/merges/")
    page.get_by_label("Customer", exact=True).fill("zdenek")
    page.get_by_label("Status").select_option("Active")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url(re.compile("customer=zdenek"))
    page.get_by_role("link", name="Export…").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    page.go_back()
    assert download.value.path().read_text(encoding="utf-8-sig").splitlines()[1].startswith(f"{merged.pk},")

    page.get_by_role("link", name=f"Merge {merged.pk}").click()
    expect(page.locator(".merge-tree li")).to_have_count(3)
    page.get_by_role("link", name=re.compile(rf"^Undo only this one… .*\({zdenek.pk}\)")).click()
    page.get_by_role("button", name="Undo merge").click()
    expect(page.get_by_role("status").first).to_contain_text("Undone.")
    page.goto(merged.get_absolute_url())
    expect(page.get_by_text("Partly undone")).to_be_visible()
    expect(page.locator("ol.timeline")).to_contain_text(f"{zdenek.name_with_number} was restored.")


def test_the_whole_merge_is_done_by_keyboard(page: Page, sign_in, helenas):
    helena, helen, _ = helenas
    page.set_viewport_size(PHONE)
    sign_in("jane", *ADMIN.ticks)
    page.goto(f"/customers/{helena.pk}/merge/")
    tab_to(page, "input[name=duplicate]")
    expect(page.locator("input[name=duplicate]")).to_be_checked()
    tab_to(page, "button:has-text('Continue'):not([tabindex])")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/merge/values/"))

    tab_to(page, "input[name=value-last_name]")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"input[name=pick-last_name][value='{helen.pk}']")).to_be_checked()
    expect(page.locator("input[name=value-last_name]")).to_have_value("Holy")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("End")
    page.keyboard.type("!")
    expect(page.locator("input[name=pick-last_name]:checked")).to_have_count(0)
    page.keyboard.press("Backspace")
    expect(page.locator(f"input[name=pick-last_name][value='{helen.pk}']")).to_be_checked()
    page.keyboard.press("Enter")  # reviews, and presses no “Use all”
    page.wait_for_url(re.compile("/merge/confirm/"))

    expect(page.get_by_role("row", name=re.compile("^Last name"))).to_contain_text("Holy")
    tab_to(page, "button:has-text('Yes, I’m sure')")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Merged.")
    assert Merge.objects.get().members.get().duplicate_id == helen.pk


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is focused matches."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.locator(selector).evaluate_all("found => found.includes(document.activeElement)"):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def test_three_values_that_differ_are_within_three_screens_of_a_phone_and_a_key_goes_on(page: Page, sign_in, helenas):
    helena, helen, _ = helenas
    Customer.objects.filter(pk=helena.pk).update(company="Holý & Co.")
    Customer.objects.filter(pk=helen.pk).update(company="Holy Ltd", custom1="Gold")
    page.set_viewport_size(PHONE)
    sign_in("jane", *ADMIN.ticks)
    page.goto(f"/customers/{helena.pk}/merge/values/?duplicate={helen.pk}")
    expect(page.get_by_text("3 fields differ")).to_be_visible()
    expect(page.get_by_text("fields have no conflict")).to_contain_text(f"Email ({EMAIL})")
    expect(page.locator("[name=value-custom1]")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollHeight") <= 3 * PHONE["height"]

    page.keyboard.press("m")
    page.wait_for_url(re.compile("/merge/confirm/"))
    expect(page.get_by_role("row", name=re.compile("^Custom 1"))).to_contain_text("Gold")
