import pytest
from playwright.sync_api import Browser, Page, expect

from crm.accounts.roles import ADMIN
from tests.browser.conftest import PASSWORD, PHONE, WIDE
from tests.factories import customer_with_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def helena(live_server):
    return customer_with_order(email="hholy@gmail.com")


def test_deleting_takes_the_name_and_the_old_link_says_so(page: Page, sign_in, helena):
    page.set_viewport_size(PHONE)
    sign_in("jane", *ADMIN.ticks)
    page.goto(f"/customers/{helena.pk}/")
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Delete…").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Delete Helena Holý?")
    expect(page.get_by_role("row", name="Orders")).to_contain_text("1")
    wide, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= inner
    page.get_by_role("button", name="Delete permanently").click()
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("Not deleted.")
    page.get_by_role("link", name="Customer’s name").press("Enter")
    expect(page.get_by_role("textbox", name="Enter Helena Holý")).to_be_focused()
    page.keyboard.type("helen holy")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The name does not match.")).to_be_visible()
    page.get_by_role("textbox", name="Enter Helena Holý").fill("helena holy")
    page.get_by_role("button", name="Delete permanently").click()

    page.wait_for_url(lambda url: url.partition("#")[0].endswith("/customers/"))
    expect(page.get_by_role("status")).to_contain_text(
        f"Customer {helena.pk} and all its records were permanently deleted"
    )
    page.get_by_role("link", name="Deletions").click()
    page.get_by_role("link", name=f"Customer {helena.pk}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Customer {helena.pk} was erased")
    page.goto(f"/customers/{helena.pk}/delete/")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Customer {helena.pk} was erased")


def test_a_part_of_a_page_that_cannot_be_had_is_never_passed_over(browser: Browser, live_server, helena):
    """Not watched: the refusals are what it is about."""
    agent = make_user("margaret", ADMIN.ticks, password=PASSWORD)
    context = browser.new_context(base_url=live_server.url, viewport=WIDE)
    page = context.new_page()
    page.goto(f"/accounts/login/?next=/customers/{helena.pk}/")
    page.get_by_label("User name").fill("margaret")
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():  # until all that the page is made of has come
        page.get_by_role("button", name="Sign in").click()

    context.set_offline(True)
    page.get_by_label("Linked records").get_by_role("link", name="Sources").click()
    expect(page.locator("#unreachable")).to_contain_text("Reunite could not be reached")
    context.set_offline(False)
    page.get_by_label("Linked records").get_by_role("link", name="Sources").click()
    expect(page.locator("#unreachable")).to_be_hidden()
    expect(page.get_by_label("Linked records").get_by_role("link", name="Sources")).to_have_attribute(
        "aria-current", "true"
    )
    agent.user_permissions.clear()
    page.get_by_label("Linked records").get_by_role("link", name="Orders").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not allowed")
    context.close()
