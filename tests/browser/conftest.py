import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect, sync_playwright

from crm.accounts.models import User
from tests.browser import chromium
from tests.factories import make_user, signed_in

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "a good password"
WIDE = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000  # milliseconds; another part of the suite works beside this one


def pytest_addoption(parser):
    parser.addoption("--screenshots", metavar="FOLDER", help="write a picture of every page to this folder")


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.skip("no Chromium is installed here")  # the suite says so, and fails where it is required
    # Playwright keeps an event loop in this thread, so Django would think that every query blocks one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@cache
def demo_of_this_process() -> sqlite3.Connection:
    """A copy of the demo, which is made in the test database as it is now."""
    call_command("demo", password=PASSWORD, anyway=True, verbosity=0)
    copy = sqlite3.connect(":memory:")
    connection.connection.backup(copy)
    return copy


@pytest.fixture
def demo(transactional_db) -> None:
    """The demo, made once by each process: to copy it takes no time."""
    connection.ensure_connection()
    demo_of_this_process().backup(connection.connection)


class Watch:
    """Collects whatever a page must never do."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.complaints: list[str] = []
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("request", self.request)
        page.on("response", self.response)

    def console(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource")  # judged as a response below
        if (message.type in {"error", "warning"} or "Content Security Policy" in message.text) and not refused:
            self.complaints.append(f"console {message.type}: {message.text}")

    def request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:")):
            self.complaints.append(f"asked another host: {request.url}")

    def response(self, response: Response) -> None:
        # A page may refuse, with a page of ours; what a page is made of must be there.
        if response.status >= 500 or (response.status >= 400 and response.request.resource_type != "document"):
            self.complaints.append(f"{response.status}: {response.url}")

    @contextmanager
    def off(self) -> Iterator[None]:
        """For what the test itself does to the page."""
        before = list(self.complaints)
        yield
        self.complaints = before


@pytest.fixture
def page(watch: Watch) -> Page:
    """A page at the test server. It fails the test on any message in the console and any request to another host."""
    return watch.page


@pytest.fixture
def watch(browser: Browser, live_server) -> Iterator[Watch]:
    context = browser.new_context(base_url=live_server.url, viewport=WIDE)
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = context.new_page()
    watch = Watch(page, live_server.url)
    yield watch
    context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


@pytest.fixture
def sign_in(page: Page, live_server):
    """Let somebody in who may do exactly what is named, without typing what `enter` in test_accounts.py types."""

    def sign_in(username: str, *permissions: str) -> None:
        let_in(page, make_user(username, permissions, password=PASSWORD), live_server.url)
        page.goto("/")

    return sign_in


def let_in(page: Page, user: User, url: str) -> None:
    session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
