"""Each page in the demo: usable by everybody, at both sizes and in both themes. `make screenshots` draws them."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from crm.accounts.models import User
from tests.browser import axe, pictures
from tests.browser.conftest import PASSWORD, PHONE, WIDE, let_in
from tests.browser.every_page import Shown, pages
from tests.test_access import PAGES

COLOURS = ["color-contrast", "link-in-text-block"]
"""All that a theme changes."""

SIZES = {"desk": WIDE, "phone": PHONE}
FILES = {"customers:export", "customers:merge_export"}
OPENED = {name for name, page in PAGES.items() if page.method == "get"} - FILES | {"home", "login", "accounts:own"}


@pytest.fixture
def demo(transactional_db) -> list[Shown]:
    call_command("demo", password=PASSWORD, anyway=True, verbosity=0)
    return list(pages())


def open_page(page: Page, shown: Shown) -> list[str]:
    """Open it wide and in the light theme; what is wrong already."""
    page.set_viewport_size(SIZES["desk"])
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # a fading colour has no contrast yet
    response = page.goto(shown.path, wait_until="load")
    found = [] if response.status == shown.status else [f"answered {response.status}"]
    found += [] if page.url.endswith(shown.path) else [f"led to {page.url}"]
    if shown.press:
        with page.expect_navigation():
            page.get_by_role("button", name=shown.press).click()
    return found


def judged(page: Page, folder: str | None, name: str) -> list[str]:
    """What is wrong with the open page at its size, in either theme; its pictures are taken."""
    page.emulate_media(color_scheme="light")
    page.evaluate("document.querySelector(':target')?.scrollIntoView()")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [f"scrolls sideways by {overflow}px"] if overflow > 0 else []
    found += axe.violations(page)
    pictures.take(page, folder, name)
    page.emulate_media(color_scheme="dark")
    pictures.take(page, folder, f"{name}-dark")
    return found + [f"dark: {each}" for each in axe.violations(page, rules=COLOURS)]


def test_every_page_can_be_used_by_everybody_at_both_sizes_and_in_both_themes(page, watch, demo, live_server, request):
    if not axe.SCRIPT.exists():
        pytest.skip("axe-core is not installed: there is no npm")
    folder = request.config.getoption("--screenshots")
    complaints = [
        f"{name} is left out of every_page.py" for name in sorted(OPENED - {shown.url_name for shown in demo})
    ]
    signed_in = False
    for shown in sorted(demo, key=lambda shown: shown.signed_in):
        if shown.signed_in and not signed_in:
            let_in(page, User.objects.get(username="admin"), live_server.url)
            signed_in = True
        found = open_page(page, shown)
        with watch.off():  # axe sets styles to try things out
            axe.load(page)
            for size, viewport in SIZES.items():
                page.set_viewport_size(viewport)
                found += [f"{size}: {each}" for each in judged(page, folder, f"{shown.name}-{size}")]
        complaints += [f"{shown.name}: {each}" for each in found]

    assert not complaints, "\n".join(complaints)
