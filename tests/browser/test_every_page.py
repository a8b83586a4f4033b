"""Each page in the demo: usable by everybody, at both sizes and in both themes. `make screenshots` draws them."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from tests.browser import axe, pictures
from tests.browser.conftest import PASSWORD, PHONE, WIDE
from tests.browser.every_page import Shown, pages
from tests.test_access import PAGES

COLOURS = ["color-contrast", "link-in-text-block"]
"""All that a theme changes."""

FILES = {"customers:export", "customers:merge_export"}
OPENED = {name for name, page in PAGES.items() if page.method == "get"} - FILES | {"home", "login", "accounts:own"}


@pytest.fixture
def demo(transactional_db) -> list[Shown]:
    call_command("demo", password=PASSWORD, anyway=True, verbosity=0)
    return list(pages())


def sign_in_as_admin(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)


def open_page(page: Page, shown: Shown) -> list[str]:
    """Open it in the light theme; what is wrong already."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # a fading colour has no contrast yet
    response = page.goto(shown.path, wait_until="load")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [] if response.status == shown.status else [f"answered {response.status}"]
    found += [] if page.url.endswith(shown.path) else [f"led to {page.url}"]
    if shown.press:
        with page.expect_navigation():
            page.get_by_role("button", name=shown.press).click()
    return found + ([f"scrolls sideways by {overflow}px"] if overflow > 0 else [])


def judged(page: Page, folder: str | None, name: str) -> list[str]:
    """What is wrong with the open page in either theme; its pictures are taken."""
    axe.load(page)
    found = axe.violations(page)
    pictures.take(page, folder, name)
    page.emulate_media(color_scheme="dark")
    pictures.take(page, folder, f"{name}-dark")
    return found + [f"dark: {each}" for each in axe.violations(page, rules=COLOURS)]


@pytest.mark.parametrize(("size", "viewport"), [("desk", WIDE), ("phone", PHONE)], ids=["desk", "phone"])
def test_every_page_can_be_used_by_everybody_in_both_themes(page, watch, demo, size, viewport, request):
    if not axe.SCRIPT.exists():
        pytest.skip("axe-core is not installed: there is no npm")
    folder = request.config.getoption("--screenshots")
    page.set_viewport_size(viewport)
    complaints = [
        f"{name} is left out of every_page.py" for name in sorted(OPENED - {shown.url_name for shown in demo})
    ]
    signed_in = False
    for shown in sorted(demo, key=lambda shown: shown.signed_in):
        if shown.signed_in and not signed_in:
            sign_in_as_admin(page)
            signed_in = True
        found = open_page(page, shown)
        with watch.off():  # axe sets styles to try things out
            found += judged(page, folder, f"{shown.name}-{size}")
        complaints += [f"{shown.name}: {each}" for each in found]

    assert not complaints, "\n".join(complaints)
