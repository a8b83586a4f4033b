"""Every page with names, emails, notes and the like as long and as foreign as they may be, at six widths."""

from playwright.sync_api import Page

from crm.accounts.models import User
from tests.browser.boxes import what_does_not_fit
from tests.browser.conftest import let_in
from tests.browser.every_page import pages
from tests.browser.long_texts import make_texts_long


def test_whatever_people_enter_fits_on_every_page_at_every_width(page: Page, demo, live_server):
    shown = sorted(pages(), key=lambda shown: shown.signed_in)
    make_texts_long()
    session = page.context.new_cdp_session(page)
    complaints, signed_in = [], False
    for opened in shown:
        if opened.signed_in and not signed_in:
            let_in(page, User.objects.get(username__startswith="admin"), live_server.url)
            signed_in = True
        response = page.goto(opened.path, wait_until="load")
        if opened.press:
            with page.expect_navigation():
                page.get_by_role("button", name=opened.press).click()
        complaints += [] if response.status == opened.status else [f"{opened.name}: answered {response.status}"]
        complaints += [f"{opened.name}: {complaint}" for complaint in what_does_not_fit(page, session)]

    assert not complaints, "\n".join(complaints)
