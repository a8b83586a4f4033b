"""The main job, in a browser: find a customer, merge two into it, see everything, take it back."""

import re

import pytest
from playwright.sync_api import Page, expect

from crm.accounts.models import User
from crm.accounts.roles import ADMIN, SUPPORT_AGENT, VIEWER
from customers.models import Customer, Merge
from orders.models import Order
from tests.browser.conftest import PASSWORD, PHONE
from tests.factories import customer_with_order, make_user, order

EMAIL = "hholy@gmail.com"


@pytest.fixture
def helenas(live_server) -> list[Customer]:
    """Helena three times, by one email or phone; the first has two orders, the others one each."""
    helena = customer_with_order(email=EMAIL, phone="+420 241 770 449", external_id="6", country="CZ")
    order(external_id="6", first_name="Helena", total="21.78")
    same = {"source": "Marketplace", "country": "CZ"}
    helen = customer_with_order(last_name="Holy", email=EMAIL.upper(), phone="241 770 449", total="27.84", **same)
    initial = customer_with_order(first_name="H.", phone="+420 2 4177 0449", total="1.98", **same)
    return [helena, helen, initial]


def choose_two(page: Page) -> None:
    """From the list to the second step."""
    page.goto("/customers/")
    page.get_by_role("searchbox", name="Search", exact=True).fill("holy")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(re.compile("q=holy"))
    page.wait_for_load_state("networkidle")  # a link clicked while the rows are swapped would lead nowhere
    page.get_by_role("link", name="Helena Holý", exact=True).click()
    page.wait_for_url(re.compile(r"/customers/\d+/$"))
    page.get_by_role("link", name=re.compile("^Merge .*possible duplicates")).click()
    page.get_by_role("checkbox", name=re.compile("^Helena Holy")).check()
    page.get_by_role("checkbox", name=re.compile(r"^H\. Holý")).check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Final values for Helena Holý")


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/")


def order_rows(page: Page):
    return page.locator("#rows tbody tr")


def test_an_agent_merges_two_duplicates_sees_every_order_and_takes_it_back(page: Page, sign_in, helenas):
    helena, helen, _ = helenas
    sign_in("margaret", *SUPPORT_AGENT.ticks)
    choose_two(page)
    page.locator(f"input[name=pick-last_name][value='{helen.pk}']").check()
    page.get_by_text("fields are the same for all").click()
    page.locator("input[name=value-custom1]").fill("newsletter-cz")
    page.get_by_role("button", name="Review merge").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Merge 2 customers into Helena Holý ({helena.pk})?")
    expect(page.get_by_role("row", name=re.compile("^Last name"))).to_contain_text("Holy")
    page.get_by_label("Optional, kept in the merge history").fill("Called in")
    page.get_by_role("button", name="Yes, I’m sure").click()

    expect(page.get_by_role("status")).to_contain_text("Merged.")
    expect(page).to_have_url(re.compile(rf"/customers/{helena.pk}/"))
    expect(order_rows(page)).to_have_count(4)
    for number in Order.objects.values_list("number", flat=True):
        expect(page.locator("#rows")).to_contain_text(number)
    expect(page.get_by_role("link", name=re.compile("possible duplicates"))).to_have_count(0)
    helena.refresh_from_db()
    assert (helena.last_name, helena.custom1, Merge.objects.get().reason) == ("Holy", "newsletter-cz", "Called in")

    page.get_by_role("status").get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Undo merge").click()
    expect(page.get_by_role("status")).to_contain_text("Undone.")
    expect(order_rows(page)).to_have_count(2)
    helena.refresh_from_db()
    assert (helena.last_name, helena.custom1) == ("Holý", "")
    assert all(customer.is_live for customer in Customer.objects.all())


def test_a_viewer_sees_no_button_and_the_url_refuses_until_an_admin_ticks_the_box(page: Page, sign_in, helenas):
    helena = helenas[0]
    sign_in("steve", *VIEWER.ticks)
    page.goto(f"/customers/{helena.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Helena Holý")
    expect(page.get_by_role("link", name=re.compile("Merge"))).to_have_count(1)  # only the list of merges
    refused = page.goto(f"/customers/{helena.pk}/merge/")
    assert refused is not None
    assert refused.status == 403
    expect(page.locator("main")).to_contain_text("You need the permission “Can merge customers”.")
    sign_out(page)

    sign_in("jane", *ADMIN.ticks)
    page.goto(User.objects.get(username="steve").get_absolute_url())
    expect(page.get_by_role("checkbox", name=re.compile("^Can merge customers"))).not_to_be_checked()
    page.get_by_role("checkbox", name=re.compile("^Can merge customers")).check()
    page.get_by_role("button", name="Save user").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    sign_out(page)

    page.goto("/accounts/login/")
    page.get_by_label("User name").fill("steve")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(f"/customers/{helena.pk}/")
    page.get_by_role("link", name=re.compile("^Merge .*possible duplicates")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge into Helena Holý")


def test_a_double_click_on_yes_merges_once(page: Page, sign_in, helenas):
    sign_in("margaret", *SUPPORT_AGENT.ticks)
    choose_two(page)
    page.get_by_role("button", name="Review merge").click()
    page.get_by_role("button", name="Yes, I’m sure").dblclick()
    expect(page).to_have_url(re.compile(rf"/customers/{helenas[0].pk}/$"))
    expect(page.get_by_role("status")).to_contain_text(re.compile(r"Merged\.|Already merged\."))
    assert Merge.objects.count() == 1


def test_the_back_button_and_a_second_tab_lead_to_the_result_that_is_there(page: Page, sign_in, helenas):
    sign_in("margaret", *SUPPORT_AGENT.ticks)
    choose_two(page)
    page.get_by_role("button", name="Review merge").click()
    page.wait_for_url(re.compile("/merge/confirm/"))
    confirm = page.url
    page.get_by_role("button", name="Yes, I’m sure").click()
    expect(page.get_by_role("status")).to_contain_text("Merged.")
    page.goto(confirm)
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Server error")
    assert Merge.objects.count() == 1


def test_the_whole_merge_is_done_on_a_phone_without_scripts(browser, live_server, helenas):
    make_user("margaret", SUPPORT_AGENT.ticks, password=PASSWORD)
    with browser.new_context(base_url=live_server.url, viewport=PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/accounts/login/")
        page.get_by_label("User name").fill("margaret")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        choose_two(page)
        page.get_by_role("button", name="Review merge").click()
        page.get_by_role("button", name="Yes, I’m sure").click()
        expect(page.get_by_role("status")).to_contain_text("Merged.")
        expect(order_rows(page)).to_have_count(4)


def test_a_link_to_a_merged_customer_leads_to_the_survivor_and_says_who_merged_it(page: Page, sign_in, helenas):
    from tests.acts import merge

    helena, helen, _ = helenas
    sign_in("margaret", *SUPPORT_AGENT.ticks)
    merge(helena, helen, by=User.objects.get(username="margaret"))
    page.goto(f"/customers/{helen.pk}/")
    expect(page).to_have_url(re.compile(rf"/customers/{helena.pk}/"))
    expect(page.get_by_role("status")).to_contain_text(f"You followed a link to Helena Holy ({helen.pk})")
    expect(page.get_by_role("status")).to_contain_text("by margaret on")
