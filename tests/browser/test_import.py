"""A newcomer's way: from an empty installation with an export of Shopify to the first duplicates, and back."""

import csv
import io

import pytest
from playwright.sync_api import Page, expect

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.jobs.models import UNFINISHED, Job
from crm.jobs.turn import take_turn
from customers.models import Customer
from tests.browser.conftest import PHONE

HEADERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address City,Default Address Country Code,Default Address Zip,Phone,Total Spent,Total Orders,Note,Tags"
)
PEOPLE, DUPLICATES = 300, 30
MOST_CLICKS = 9


def export_of_shopify() -> bytes:
    """Every tenth has the email of the one before; a spreadsheet has shortened one ID."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADERS.split(","))
    for n in range(PEOPLE):
        email = f"buyer{n - 1 if n % 10 == 9 else n}@shop.example"
        name = ("Zoë", f"Holý {n}") if n % 2 else ("محمد", f"الأنصاري {n}")
        city = ["", "Rilská 1", "Praha", "CZ", "14300"]
        writer.writerow([f"'69{n:08}", *name, email, "yes", *city, f"+4202417{n:05}", "9.90", 1, "", "vip, summer"])
    writer.writerow(["6.94009E+09", "Nobody", "Known", "nobody@shop.example"])
    return file.getvalue().encode()


class Clicks:
    """What a newcomer presses; to choose a file is a click, too."""

    def __init__(self, page: Page) -> None:
        self.page, self.number = page, 0

    def press(self, name: str, role: str = "button") -> None:
        self.number += 1
        self.page.get_by_role(role, name=name).click()

    def choose_file(self, label: str, name: str, content: bytes) -> None:
        self.number += 1
        file = {"name": name, "mimeType": "text/csv", "buffer": content}
        self.page.get_by_label(label).set_input_files(file)


def work() -> None:
    for job in Job.objects.filter(state__in=UNFINISHED):
        while job.is_unfinished:
            job = take_turn(str(job.uuid), worker="one") or job


@pytest.fixture
def newcomer(transactional_db, page: Page, sign_in, settings, tmp_path) -> Clicks:
    settings.MEDIA_ROOT = str(tmp_path)
    page.set_viewport_size(PHONE)
    sign_in("andrew", *ALL_PERMISSIONS)
    return Clicks(page)


def test_a_newcomer_sees_the_first_duplicates_in_under_ten_clicks_and_undoes_the_import(page: Page, newcomer: Clicks):
    newcomer.choose_file("File to import", "customers_export.csv", export_of_shopify())
    newcomer.press("Continue")
    expect(page.get_by_role("heading", name="Shopify customers")).to_be_visible()
    newcomer.press("Start dry run")
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    work()
    # The page asks by itself, and is another one then.
    expect(page.get_by_role("heading", name="Dry run", level=1)).to_be_visible()
    expect(page.get_by_text(f"{DUPLICATES} possible duplicates")).to_be_visible()
    assert Customer.objects.count() == 0
    newcomer.press(f"Import {PEOPLE} rows")
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    work()
    newcomer.press(f"Review {DUPLICATES} possible duplicates", role="link")
    expect(page.get_by_role("heading", name="Duplicates", level=1)).to_be_visible()
    expect(page.get_by_text("buyer8@shop.example").first).to_be_visible()
    assert newcomer.number < MOST_CLICKS

    page.go_back()
    newcomer.press("Undo this import…", role="link")
    expect(page.get_by_text(f"{PEOPLE} customers that only this import created")).to_be_visible()
    newcomer.press("Undo import")
    expect(page.get_by_role("heading", name="Undoing", level=1)).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Undone", level=1)).to_be_visible()
    assert Customer.objects.live().count() == 0
