"""A rule from its template to the day it stops itself, on a phone: made, tested, turned on, undone, not repeated."""

from playwright.sync_api import Page, expect

from crm.jobs.models import UNFINISHED, Job
from crm.jobs.rule_turns import follow_rules
from crm.jobs.turn import take_turn
from customers.models import Customer, Merge
from tests.acts import undo
from tests.browser.conftest import PHONE
from tests.factories.rules import known_as

NEEDED = ("customers.view_customer", "customers.manage_mergerule", "customers.merge_customer", "customers.undo_merge")


def work() -> None:
    for job in Job.objects.filter(state__in=UNFINISHED):
        while job.is_unfinished:
            job = take_turn(str(job.uuid), worker="one") or job


def undo_on_its_page(page: Page, merge: Merge) -> None:
    page.goto(merge.get_absolute_url())
    page.get_by_role("link", name="Undo").first.click()
    page.wait_for_url("**/undo/")
    page.get_by_role("button", name="Undo merge").click()
    page.wait_for_url("**/customers/*/")


def read_dry_run(page: Page) -> None:
    """On the page of the rule, with those who came since the back-test."""
    for source in ("Shop", "Marketplace"):
        known_as(email="late@home.example", source=source)
    follow_rules()
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Same email and name").click()
    expect(page.get_by_text("Dry run", exact=True).first).to_be_visible()
    expect(page.get_by_text("Every pair matches.")).to_have_count(4)
    assert not Merge.objects.exists()
    page.get_by_role("link", name="Back-test").click()


def test_a_rule_is_made_tested_turned_on_undone_and_stops_itself(transactional_db, page: Page, sign_in):
    for number in range(3):
        for source in ("Shop", "Marketplace"):
            known_as(email=f"person{number}@home.example", source=source)
    sign_in("jane", *NEEDED)
    page.set_viewport_size(PHONE)
    page.goto("/rules/")
    page.get_by_role("link", name="Use Same email and name").click()
    page.get_by_role("button", name="Save and back-test").click()
    expect(page.get_by_role("heading", name="The back-test is running")).to_be_visible()
    work()
    # The page asks by itself.
    expect(page.get_by_text("Turning it on merges 3 groups now")).to_be_visible()
    read_dry_run(page)
    page.get_by_label("I looked at the sample").check()
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("Same email and name: on.")).to_be_visible()
    work()
    assert Customer.objects.live().count() == 4

    first, *others = Merge.objects.order_by("pk")
    undo_on_its_page(page, first)
    follow_rules()
    assert Merge.objects.count() == 4  # not repeated
    for merge in others:
        undo(merge)
    follow_rules()
    assert Merge.objects.count() == 4
    page.goto("/")
    expect(page.get_by_text("stopped itself.").first).to_be_visible()
    notice = page.get_by_role("region", name="Notice", exact=True)
    notice.get_by_role("button", name="Dismiss").click()
    expect(notice).to_have_count(0)
    expect(page.get_by_text("Rule “Same email and name” stopped itself.")).to_be_visible()
