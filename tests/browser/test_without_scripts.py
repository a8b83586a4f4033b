"""Every form of a customer, an order and a user with JavaScript switched off: each is a form, and works as one."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from crm.accounts.models import User
from crm.accounts.roles import ADMIN
from customers.models import Attribute, CreditEntry, Customer, Merge, Note, Tag
from customers.profile.edit import edit_profile
from orders.models import Transaction
from tests.browser.conftest import PASSWORD, WIDE
from tests.database import reloaded
from tests.factories import customer_with_order, declined_order, make_user, order, paid_order, subscription

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL, PHONE = "hholy@gmail.com", "+420 241 770 449"


@pytest.fixture
def page(browser: Browser, live_server) -> Iterator[Page]:
    """An admin's, without scripts; a page that breaks fails the test."""
    make_user("jane", ADMIN.ticks, password=PASSWORD)
    broken: list[str] = []
    with browser.new_context(base_url=live_server.url, viewport=WIDE, java_script_enabled=False) as context:
        page = context.new_page()
        page.on("response", lambda request: broken.append(request.url) if request.status >= 500 else None)
        page.goto("/accounts/login/")
        page.get_by_label("User name").fill("jane")
        page.get_by_label("Password").fill(PASSWORD)
        press(page, "Sign in")
        page.wait_for_url(lambda url: "login" not in url)
        yield page
    assert not broken


@pytest.fixture
def helena(live_server) -> Customer:
    return customer_with_order(email=EMAIL, phone=PHONE, external_id="6")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def expect_message(page: Page, text: str) -> None:
    expect(page.get_by_role("status").first).to_contain_text(text)


def test_a_merge_an_undo_and_an_edit(page: Page, helena: Customer):
    helen = customer_with_order(last_name="Holy", email="helen@example.org", phone=PHONE)
    page.goto(helena.get_absolute_url())
    page.get_by_role("link", name=re.compile("^Merge .*possible duplicate")).click()
    page.get_by_role("checkbox", name=re.compile("^Helena Holy")).check()
    press(page, "Continue")
    page.locator(f"button[name=all][value='{helen.pk}']").click()
    expect(page.locator(f"input[name=pick-last_name][value='{helen.pk}']")).to_be_checked()
    page.locator("input[name=value-email]").fill("no mail")
    press(page, "Review merge")
    expect(page.get_by_role("alert")).to_contain_text("Email")
    page.locator("input[name=value-email]").fill("new@example.org")
    press(page, "Review merge")
    page.get_by_label("Optional, kept in the merge history").fill("Called in")
    press(page, "Yes, I’m sure")
    expect_message(page, "Merged.")
    expect(page.locator("#rows tbody tr")).to_have_count(2)
    helena.refresh_from_db()
    assert (helena.last_name, helena.email) == ("Holy", "new@example.org")

    page.get_by_role("status").get_by_role("link", name="Undo").click()
    press(page, "Undo merge")
    expect_message(page, "Undone.")
    assert Merge.objects.get().undone_at

    page.goto(f"{helena.get_absolute_url()}edit/")
    page.get_by_label("Email", exact=True).fill("mine@example.org")
    now = Customer.objects.get(pk=helena.pk)
    edit_profile(now, {"email": "theirs@example.org"}, version=now.version, by=None, via="page")
    press(page, "Save customer")
    expect(page.get_by_role("alert")).to_contain_text("changed this customer a moment ago")
    page.get_by_role("radio", name=re.compile(r"Your value\s*, Email")).check()
    press(page, "Save customer")
    expect_message(page, "was saved.")
    assert Customer.objects.get(pk=helena.pk).email == "mine@example.org"


def test_one_of_several_is_dismissed_taken_back_and_left_out(page: Page, helena: Customer):
    customer_with_order(last_name="Holy", email=EMAIL)
    page.goto("/duplicates/")
    page.get_by_label("Reason for “Not duplicates” or “Related” (optional)").fill("Twins")
    page.get_by_role("button", name=re.compile("^Not duplicates")).first.click()
    expect_message(page, "will not be suggested")
    page.goto(f"{helena.get_absolute_url()}merge/")
    page.get_by_text("1 hidden: marked as not a duplicate.").click()
    page.get_by_role("button", name=re.compile("^Undo")).first.click()
    expect_message(page, "can be suggested")


def test_notes_tags_attributes_status_and_credit(page: Page, helena: Customer):
    page.goto(helena.get_absolute_url())
    page.get_by_role("link", name="+ Note").click()
    page.get_by_label("Note (staff only)").fill("Called about a parcel.")
    press(page, "Save note")
    expect(page.locator("main")).to_contain_text("Called about a parcel.")
    page.goto(f"{helena.get_absolute_url()}labels/")
    page.get_by_label("Tag", exact=True).fill("VIP")
    with page.expect_navigation():  # to the same page
        press(page, "Add tag")
    page.get_by_label("Name", exact=True).fill("Shoe size")
    page.get_by_label("Kind").select_option("Whole number")
    page.get_by_label("Value").fill("41")
    press(page, "Set attribute")
    expect(page.get_by_text("Shoe size: 41")).to_be_visible()
    page.goto(f"{helena.get_absolute_url()}status/")
    page.get_by_label("Lead status").select_option("Working Lead")
    press(page, "Save status")
    expect_message(page, "The status of")
    expect(page.locator(".titles")).to_contain_text("Customer")  # who has bought is shown as no lead
    page.goto(f"{helena.get_absolute_url()}credit/")
    page.get_by_label("Amount").fill("7.50")
    page.get_by_label("Reason").fill("Late parcel")
    press(page, "Adjust credit")
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    assert [Note.objects.count(), Tag.objects.count(), Attribute.objects.count(), CreditEntry.objects.count()] == [
        1
    ] * 4
    assert Customer.objects.get(pk=helena.pk).lead_status == "working"


def test_a_record_is_split_off(page: Page, helena: Customer):
    order("Marketplace", external_id="MP-9", first_name="Helena", email=EMAIL)
    page.goto(f"{helena.get_absolute_url()}?tab=sources")
    page.get_by_role("link", name="Split… Marketplace MP-9").click()
    press(page, "Split record")
    expect_message(page, "Split.")
    assert Customer.objects.live().count() == 2


def test_a_refund_a_rerun_and_what_is_settled_by_hand(page: Page):
    paid = paid_order()
    page.goto(f"{paid.get_absolute_url()}refund/")
    page.get_by_label("Amount, USD").fill("3.00")
    page.get_by_label("Reason").fill("Damaged in the post")
    press(page, "Refund")
    expect_message(page, "Refunded.")
    declined = declined_order(first_name="B", email="b@reunite.cz")
    page.goto(f"{declined.get_absolute_url()}rerun/")
    press(page, "Charge 9.90 USD")
    expect_message(page, "Charged.")
    silent = declined_order("PENDING", first_name="C", email="c@reunite.cz", token="sandbox-silent")
    Transaction.objects.filter(order=silent).update(at=timezone.now() - timedelta(days=2))
    page.goto(silent.get_absolute_url())
    page.get_by_role("link", name="Resolve payment…").click()
    page.get_by_label("Outcome at the gateway").select_option("It was charged")
    page.get_by_label("Reason").fill("Its console")
    press(page, "Record outcome")
    expect(page.get_by_text("Enter the gateway’s ID of this payment")).to_be_visible()
    page.get_by_label("Reference").fill("ch_1")
    press(page, "Record outcome")
    expect_message(page, "Charged.")
    assert [reloaded(order).status for order in (paid, declined, silent)] == ["COMPLETE"] * 3


def test_a_purchase_is_billed_otherwise_paused_and_cancelled(page: Page):
    bought = subscription(next_bill_date=timezone.now().date() + timedelta(days=10))
    page.goto(bought.get_absolute_url())
    page.get_by_role("link", name="Change billing…").click()
    page.get_by_label("Price, USD").fill("5.00")
    press(page, "Save billing")
    page.get_by_role("link", name="Pause…").click()
    press(page, "Pause purchase")
    page.get_by_role("link", name="Reactivate…").click()
    press(page, "Reactivate purchase")
    page.get_by_role("link", name="Cancel purchase…").click()
    page.get_by_label("When").select_option("Now")
    page.get_by_label("Reason").fill("Too expensive")
    press(page, "Cancel purchase")
    expect_message(page, "Purchase cancelled.")
    assert (reloaded(bought).price, reloaded(bought).status) == (5, "CANCELLED")


def test_users_and_ones_own_account(page: Page):
    page.goto("/users/add/")
    page.get_by_label("User name").fill("margaret")
    page.get_by_label("Password").fill("another good one")
    page.get_by_label("Can view customers").check()
    press(page, "Create user")
    page.get_by_role("link", name="margaret").first.click()
    page.get_by_role("checkbox", name=re.compile("^Can merge customers")).check()
    press(page, "Save user")
    expect_message(page, "Saved.")
    assert User.objects.get(username="margaret").has_perm("customers.merge_customer")
    page.goto("/account/")
    page.get_by_label("Time zone").select_option("Europe/Prague")
    press(page, "Save")
    expect_message(page, "Saved.")
    assert User.objects.get(username="jane").time_zone == "Europe/Prague"


def test_a_customer_is_added_and_deleted(page: Page):
    page.goto("/customers/add/")
    page.get_by_label("First name").fill("Hana")
    page.get_by_label("Website").fill("example.com")
    press(page, "Add customer")
    expect_message(page, "was added.")
    hana = Customer.objects.get()
    assert hana.website == "https://example.com"
    page.goto(f"{hana.get_absolute_url()}delete/")
    page.get_by_role("textbox", name="Enter Hana").fill("Hana")
    press(page, "Delete permanently")
    expect_message(page, "permanently deleted")
    assert Customer.objects.get().erased_at
