"""The page of columns: what they mean, and what is asked before a dry run."""

import pytest

from crm.demo.imports import begin, work
from crm.jobs.models import Job
from customers.models import DataSource
from orders.imports import drafts
from orders.imports.columns.mapping import Reason
from orders.models import Import, SavedMapping
from tests.crm.imports.import_pages import HEADERS, JANE, SHORTENED, page, press
from tests.page_text import visible_text
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_columns_that_are_chosen_are_kept_and_read_so_the_next_time(client, importer):
    imported = begin("till.csv", ("Mail", "Who"), [("jane@doe.example", "Jane Doe")], by=importer)
    press(client, imported, **{"column-1": "full_name", "source": "Till", "tag": "fair, vip", "save_as": "Till"})
    work(imported)
    again = begin("till-2.csv", ("Who", "Mail"), [("John Roe", "john@roe.example")], by=importer)
    columns = {column.header: (column.target, column.reason) for column in drafts.mapping_of(again).columns}
    assert columns == {"Who": ("full_name", Reason.CHOSEN), "Mail": ("email", Reason.CHOSEN)}
    assert drafts.mapping_of(again).tags == ("fair", "vip")
    assert "jane@doe.example" not in str(SavedMapping.objects.get().mapping)


def test_what_is_missing_is_said_and_nothing_starts(client, importer):
    imported = begin("names.csv", ("First name", "Last name"), [("Jane", "Doe")], by=importer)
    assert "Choose a column for the email, the phone or the source ID." in visible_text(
        page(client, imported, "columns/")
    )
    assert press(client, imported, source="Shop").status_code == 422
    assert not Job.objects.exists()


def test_dates_that_can_be_read_two_ways_are_asked_for(client, importer):
    headers, row = ("Email", "Lead created"), ("jane@doe.example", "03/04/2026")
    imported = begin("leads.csv", headers, [row], by=importer)
    drafts.choose(imported, {"Lead created": "lead_created_at"}, formats={})
    answer = press(client, imported, source="Shop")
    assert "Choose whether the day or the month comes first" in visible_text(answer)
    assert press(client, imported, source="Shop", date_order="day").status_code == 302
    assert drafts.mapping_of(Import.objects.get()).date_order == "day"


@table("name", ["Staff", "Konnektive new", " "])
def test_a_name_that_no_data_source_can_have_is_refused(name, client, importer):
    imported = begin("customers.csv", HEADERS, [JANE], by=importer)
    DataSource.objects.get_or_create(name="Staff")
    assert press(client, imported, source=name).status_code == 422
    assert not Job.objects.exists()


def test_a_new_data_source_gets_the_country_that_is_asked_for(client, importer):
    imported = begin("customers.csv", HEADERS, [("7", "Jane", "Doe", "", "602 123 456")], by=importer)
    press(client, imported, source="Obchod", country="CZ")
    assert DataSource.objects.get(name="Obchod").default_country == "CZ"
    again = begin("customers.csv", HEADERS, [("8", "Ann", "Lee", "", "602 123 457")], by=importer)
    press(client, again, source="Obchod", country="DE")
    assert DataSource.objects.get(name="Obchod").default_country == "CZ"


def test_the_first_rows_are_shown_as_they_will_be(client, importer):
    imported = begin("customers.csv", HEADERS, [JANE, SHORTENED], by=importer)
    assert "First name Jane" in visible_text(page(client, imported, "columns/"))
    assert "was shortened by a spreadsheet" in visible_text(page(client, imported, "columns/?row=2"))


def test_a_file_of_two_hundred_columns_shows_the_first_and_then_all(client, importer):
    headers = [f"Field {n}" for n in range(200)]
    imported = begin("wide.csv", ["Email", *headers], [["jane@doe.example", *headers]], by=importer)
    assert page(client, imported, "columns/").text.count("<select") < 40
    answer = press(client, imported, **{"column-7": "company", "more": "all"})
    answer = client.get(answer.url)
    assert answer.text.count("<select") > 200
    assert drafts.mapping_of(Import.objects.get()).columns[7].target == "company"


def test_another_system_can_be_chosen(client, importer):
    imported = begin("customers.csv", HEADERS, [JANE], by=importer)
    client.post(f"/imports/{imported.pk}/read-as/", {"preset": "shopify_customers"})
    assert drafts.mapping_of(Import.objects.get()).preset == "shopify_customers"
