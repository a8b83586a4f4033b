"""Groups ticked in the worklist, merged by a job that the page follows, and all of it undone as one."""

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.accounts.roles import SUPPORT_AGENT
from customers.models import Customer, Merge
from tests.browser.conftest import PHONE
from tests.browser.test_import import work
from tests.factories import customer_with_order


@pytest.fixture
def kept(transactional_db) -> list[Customer]:
    """Who is kept of each of three pairs, the second of which has two phones."""
    phones = [("Anna", "", ""), ("Berta", "+420 241 770 449", "+420 602 330 910"), ("Cilla", "", "")]
    return [pair(name, of_one, of_other)[0] for name, of_one, of_other in phones]


def pair(name: str, *phones: str) -> list[Customer]:
    return [customer_with_order(first_name=name, email=f"{name}@reunite.cz", phone=phone) for phone in phones]


def box(page: Page, customer: Customer) -> Locator:
    return page.get_by_role("checkbox", name=f"({customer.pk})")


def test_ticked_groups_are_merged_while_the_page_says_how_far_and_undone_as_one(page: Page, sign_in, kept):
    sign_in("margaret", *SUPPORT_AGENT.ticks)
    page.set_viewport_size(PHONE)
    page.goto("/duplicates/")
    for customer in kept[:2]:
        box(page, customer).check()
    page.get_by_role("button", name="Merge selected…").click()
    expect(page.get_by_role("heading", name="Merge 1 group?")).to_be_visible()
    expect(page.get_by_text("Different values: Phone")).to_be_visible()

    page.get_by_label("Use the value of the customer that is kept").check()
    page.get_by_role("button", name="Update preview").click()
    expect(page.get_by_text("2 groups will be merged by a job")).to_be_visible()
    page.get_by_role("button", name="Yes, I’m sure").click()
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    work()
    # The page asks by itself, and has other buttons then.
    page.get_by_role("link", name="Undo these merges…").click()
    assert Customer.objects.live().count() == 4

    expect(page.get_by_role("heading", name="Undo 2 merges?")).to_be_visible()
    page.get_by_label("No, put them back in the worklist").check()
    page.get_by_role("button", name="Undo these merges").click()
    expect(page.get_by_role("heading", name="Undo of several merges")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="100% done")).to_be_visible()
    assert not Merge.objects.filter(undone_at=None).exists()
    page.goto("/duplicates/")
    for customer in kept:
        expect(box(page, customer)).to_be_visible()
