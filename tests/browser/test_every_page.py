"""Each page in the demo: usable by everybody, at both sizes and in both themes. `make screenshots` draws them."""

import pytest
from playwright.sync_api import Page

from crm.accounts.models import User
from tests.browser import axe, pictures
from tests.browser.conftest import PHONE, WIDE, let_in
from tests.browser.every_page import pages
from tests.browser.shown import Shown
from tests.page_access import PAGES

LEADS_ON = {"customers:duplicates_next", "customers:merge_selected"}
"""To another page, and have none of their own."""
OPENED = {name for name, page in PAGES.items() if page.method == "get"} | {"home", "login", "accounts:own"}
OPENED -= LEADS_ON

SHARES = 4
"""So that every process has some of the pages to look at."""


def open_page(page: Page, shown: Shown) -> list[str]:
    """Open it wide and in the light theme; what is wrong already."""
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # a fading colour has no contrast yet
    response = page.goto(shown.path, wait_until="load")
    complaints = [] if response.status == shown.status else [f"answered {response.status}"]
    complaints += [] if page.url.endswith(shown.path) else [f"led to {page.url}"]
    if shown.press:
        with page.expect_navigation():
            page.get_by_role("button", name=shown.press).click()
    return complaints


COVERED = """
    () => {
        // The link that skips to the content comes onto the page when it has the focus.
        const isShown = element => element.checkVisibility({visibilityProperty: true}) && element.tabIndex >= 0
            && !element.matches(".skip-to-content-link")
        const isHit = element => {
            element.scrollIntoView({block: "center", inline: "center"})
            const labels = [...(element.labels ?? [])]  // an input may be pressed by its label
            // A link of two lines has a rectangle for each.
            return [element, ...labels].flatMap(part => [...part.getClientRects()]).some(box => {
                const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
                return hit && [element, ...labels].some(part => part.contains(hit))
            })
        }
        return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
            .filter(element => isShown(element) && !isHit(element)).map(element => element.outerHTML)
    }
"""


def covered(page: Page) -> list[str]:
    """The controls that nobody can press, because something lies on them or they are off the page."""
    return [f"cannot be pressed: {control}" for control in page.evaluate(COVERED)]


CUT_PLACEHOLDERS = """
    () => {
        const pen = document.createElement("canvas").getContext("2d")
        const isCut = input => {
            const style = getComputedStyle(input)
            pen.font = style.font
            const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
            return pen.measureText(input.placeholder).width > room
        }
        return [...document.querySelectorAll("input[placeholder]")]
            .filter(input => input.checkVisibility({visibilityProperty: true}) && isCut(input))
            .map(input => input.placeholder)
    }
"""


def cut_placeholders(page: Page) -> list[str]:
    return [f"placeholder is cut off: {text}" for text in page.evaluate(CUT_PLACEHOLDERS)]


def judge(page: Page, folder: str | None, name: str, checked: set[str]) -> list[str]:
    """What is wrong with the open page; its pictures are taken.

    All is asked when it is wide, what the size changes again on a phone, and colours at both sizes in both themes: of a
    text that looks like one on a page before, they were `checked`.
    """
    page.emulate_media(color_scheme="light")
    wrong = covered(page) + overflow(page) + axe.violations(page) + axe.colour_violations(page, checked)
    complaints = [f"light, desk: {complaint}" for complaint in wrong]
    pictures.take(page, folder, f"{name}-desk")

    page.set_viewport_size(PHONE)
    wrong = covered(page) + overflow(page) + cut_placeholders(page)
    wrong += axe.violations(page, rules=axe.SIZES) + axe.colour_violations(page, checked)
    complaints += [f"light, phone: {complaint}" for complaint in wrong]
    pictures.take(page, folder, f"{name}-phone")

    page.emulate_media(color_scheme="dark")
    complaints += [f"dark, phone: {complaint}" for complaint in axe.colour_violations(page, checked)]
    pictures.take(page, folder, f"{name}-phone-dark")

    page.set_viewport_size(WIDE)
    complaints += [f"dark, desk: {complaint}" for complaint in axe.colour_violations(page, checked)]
    pictures.take(page, folder, f"{name}-desk-dark")
    return complaints


def overflow(page: Page) -> list[str]:
    page.evaluate("document.querySelector(':target')?.scrollIntoView()")
    pixels = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"scrolls sideways by {pixels}px"] if pixels > 0 else []


@pytest.fixture(scope="module")
def checked() -> set[str]:
    """What texts look like whose colours were asked about by this process."""
    return set()


@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_can_be_used_by_everybody_at_both_sizes_and_in_both_themes(
    share, page, watch, demo, live_server, checked, request
):
    if not axe.SCRIPT.exists():
        pytest.skip("axe-core is not installed: there is no npm")
    folder = request.config.getoption("--screenshots")
    complaints = []
    signed_in = False
    axe.load(page)
    for shown in sorted([*pages()][share::SHARES], key=lambda shown: shown.signed_in):
        if shown.signed_in and not signed_in:
            let_in(page, User.objects.get(username="admin"), live_server.url)
            signed_in = True
        of_page = open_page(page, shown)
        with watch.off():  # axe sets styles to try things out
            of_page += judge(page, folder, shown.name, checked)
        complaints += [f"{shown.name}: {complaint}" for complaint in of_page]

    assert not complaints, "\n".join(complaints)


def test_no_page_is_left_out(demo):
    assert OPENED - {shown.url_name for shown in pages()} == set()
