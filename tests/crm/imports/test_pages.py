"""The pages of an import, by the client: a file, its columns, the dry run, the import, the undo."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.accounts.permissions import EVERYTHING
from crm.audit.models import AuditEntry
from crm.demo.imports import begin, work
from crm.imports import steps
from crm.jobs.control import cancel
from crm.jobs.files import clear_imports
from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from customers.models import Customer, DataSource
from orders.imports import drafts
from orders.imports.columns.mapping import Reason
from orders.models import Import, ImportState, SavedMapping
from tests.acts import edit
from tests.factories import make_user, order, signed_in
from tests.orders.imports.reading import EXPORTS
from tests.page_text import visible_text
from tests.tables import table

pytestmark = pytest.mark.django_db

IMPORTERS = ("customers.view_customer", "orders.run_import")
HEADERS = ("Customer ID", "First name", "Last name", "Email", "Phone")
POSTS = ("columns", "read-as", "check", "run", "undo", "look")
JANE = ("7", "Jane", "Doe", "jane@doe.example", "")
JOHN = ("8", "John", "Roe", "jane@doe.example", "")
SHORTENED = ("6.94009E+09", "Ann", "Lee", "ann@lee.example", "")


@pytest.fixture(autouse=True)
def _files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "files")
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)


@pytest.fixture
def importer(db):
    return make_user("importer", IMPORTERS)


@pytest.fixture
def client(importer):
    return signed_in(importer)


def send(client, content: bytes, name: str = "customers.csv", **more):
    return client.post("/imports/", {"file": SimpleUploadedFile(name, content), **more})


def page(client, imported, part=""):
    return client.get(f"/imports/{imported.pk}/{part}")


def press(client, imported, **changes):
    """Start the dry run from the page of columns as it stands, but for `changes`."""
    form = page(client, imported, "columns/").context["form"]
    values = {field.html_name: field.value() or "" for field in form}
    return client.post(f"/imports/{imported.pk}/columns/", values | changes)


def checked(importer, *rows) -> Import:
    """A file after its dry run."""
    imported = begin("customers.csv", HEADERS, rows, by=importer)
    drafts.assign_source(imported, "Shop", by=importer)
    steps.check(imported, by=importer)
    work(imported)
    imported.refresh_from_db()
    return imported


def done(importer, *rows) -> Import:
    imported = checked(importer, *rows)
    steps.run(imported, seen=imported.job, by=importer)
    work(imported)
    imported.refresh_from_db()
    return imported


def test_an_export_of_shopify_needs_nothing_but_the_button(client):
    answer = send(client, (EXPORTS / "shopify_customers.csv").read_bytes())
    answer = client.get(client.get(answer.url).url)
    text = visible_text(answer)
    assert "Shopify customers Recognised" in text
    assert "All columns are ready." in text
    assert answer.context["form"]["source"].value() == "Shopify"
    imported = Import.objects.get()
    answer = press(client, imported)
    imported.refresh_from_db()
    assert answer.url == f"/imports/{imported.pk}/"
    assert (imported.source_name, Job.objects.get(pk=imported.job).kind) == ("Shopify", "check_import")


@table(
    ("content", "says"),
    [
        (b"", "This file is empty."),
        (b"%PDF-1.7 and so on", "This file is a PDF. Import a CSV, XLSX or ODS file."),
        (b"Email\n", "This file has a header and no rows below it."),
        (b"PK\x03\x04damaged", "This file is damaged."),
    ],
)
def test_a_file_without_a_table_is_refused_beside_the_field(content, says, client):
    answer = send(client, content)
    assert answer.status_code == 422
    assert says in visible_text(answer)
    assert not Import.objects.exists()


def test_a_form_without_a_file_says_so(client):
    answer = client.post("/imports/")
    assert (answer.status_code, "Choose a file." in visible_text(answer)) == (422, True)


def test_a_file_longer_than_the_setting_is_refused_and_not_kept(client, settings, tmp_path):
    settings.IMPORT_LARGEST_FILE = 1_000
    answer = send(client, b"Email\n" + b"jane@doe.example\n" * 10_000)
    assert answer.status_code == 422
    assert "This file is longer than 1000 bytes." in visible_text(answer)
    assert [*tmp_path.rglob("*")] == []


@table("needs", [(), ("customers.view_customer",)])
def test_what_is_sent_without_the_permission_never_reaches_the_disk(needs, settings, tmp_path):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE, settings.FILE_UPLOAD_TEMP_DIR = 10, str(tmp_path / "nowhere")
    client = signed_in(make_user(f"may {len(needs)}", needs))
    assert send(client, b"Email\njane@doe.example\n").status_code == 403
    with pytest.raises(FileNotFoundError):  # which is where the file of somebody who may goes
        send(signed_in(make_user(f"importer {len(needs)}", IMPORTERS)), b"Email\njane@doe.example\n")


def test_what_a_stranger_sends_never_reaches_the_disk(settings, tmp_path):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE, settings.FILE_UPLOAD_TEMP_DIR = 10, str(tmp_path / "nowhere")
    stranger = Client(enforce_csrf_checks=True)
    assert send(stranger, b"Email\njane@doe.example\n").status_code == 403
    assert send(Client(), b"Email\njane@doe.example\n").url.startswith("/accounts/login/")


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


def test_the_numbers_of_a_dry_run_add_up_and_nothing_is_written(client, importer):
    order("Till", first_name="Jane", last_name="Doe", email="jane@doe.example")
    imported = checked(importer, JANE, JOHN, SHORTENED, ("9", "Zoë", "Holý", "zoe@holy.example", ""))
    answer = page(client, imported)
    outcome = answer.context["outcome"]
    figures = {figure.label: figure.rows for figure in outcome.figures}
    assert figures == {"Created": 2, "Joined": 1, "Already here": 0, "Refused": 1}
    assert sum(figures.values()) == outcome.rows == 4
    assert "Import 3 rows" in visible_text(answer)
    assert "1 possible duplicate will be listed for review." in visible_text(answer)
    assert Customer.objects.count() == 1


def test_an_import_runs_once_however_often_its_button_is_pressed(client, importer):
    imported = checked(importer, JANE)
    for _ in range(2):
        answer = client.post(f"/imports/{imported.pk}/run/", {"seen": imported.job})
        assert answer.url == f"/imports/{imported.pk}/"
    job = Job.objects.get(kind="import_file")
    entry = AuditEntry.objects.get(action="import")
    assert (entry.text, entry.by) == (f"Import {imported.pk} into Shop started as job {job.pk}", importer)
    assert page(client, imported, "columns/").url == f"/imports/{imported.pk}/"  # such as by the back button


def test_a_dry_run_that_another_tab_has_replaced_starts_nothing(client, importer):
    imported = checked(importer, JANE)
    seen = imported.job
    steps.check(imported, by=importer)
    work(imported)
    answer = client.post(f"/imports/{imported.pk}/run/", {"seen": seen}, follow=True)
    assert "The columns were changed since this dry run." in visible_text(answer)
    assert not Job.objects.filter(kind="import_file").exists()


def test_a_dry_run_of_other_columns_cancels_the_one_before(importer):
    imported = begin("customers.csv", HEADERS, [JANE], by=importer)
    drafts.assign_source(imported, "Shop", by=importer)
    steps.check(imported, by=importer)
    steps.check(imported, by=importer)
    assert [*Job.objects.order_by("pk").values_list("state", flat=True)] == ["cancelled", "queued"]


def test_progress_is_a_part_of_the_page_and_the_page_is_asked_again_when_it_has_ended(client, importer):
    imported = checked(importer, JANE)
    steps.run(imported, seen=imported.job, by=importer)
    part = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "progress"}
    url = f"/imports/{imported.pk}/"
    answer = client.get(url, **part)
    assert answer.text.lstrip().startswith(f'<div id="progress" hx-get="{url}"')
    work(imported)
    assert client.get(url, **part).headers["HX-Refresh"] == "true"
    assert "Imported Done" in visible_text(client.get(url))


def test_refused_rows_are_sent_again_corrected_on_the_same_page(client, importer):
    imported = done(importer, JANE, SHORTENED)
    answer = page(client, imported)
    assert "1 row refused" in visible_text(answer)
    result = re.search(r'href="(/jobs/\d+/result/)"', answer.text)[1]
    refused = b"".join(client.get(result).streaming_content)
    answer = send(client, refused.replace(b"6.94009E+09", b"6940095564"), "refused.csv", corrects=imported.pk)
    corrected = Import.objects.latest("pk")
    assert answer.url == f"/imports/{corrected.pk}/"
    work(corrected)
    corrected.refresh_from_db()
    assert (corrected.state, corrected.counts, corrected.source_name) == (ImportState.CHECKED, {"created": 1}, "Shop")


def test_an_undo_names_who_is_kept_and_runs_once(client, importer):
    imported = done(importer, JANE, ("9", "Zoë", "Holý", "zoe@holy.example", ""))
    zoe = Customer.objects.get(first_name="Zoë")
    edit(zoe, company="Holý s.r.o.")
    text = visible_text(page(client, imported, "undo/"))
    assert "1 customer that only this import created" in text
    assert f"1 customer changed since the import: Zoë Holý ({zoe.pk})" in text
    for _ in range(2):
        client.post(f"/imports/{imported.pk}/undo/")
    assert Job.objects.filter(kind="undo_import").count() == 1
    work(imported)
    assert "Undone Done" in visible_text(page(client, imported))
    assert [*Customer.objects.live()] == [zoe]


def test_what_a_cancelled_import_has_written_can_be_undone(client, importer):
    imported = checked(importer, JANE)
    steps.run(imported, seen=imported.job, by=importer)
    client.post(f"/imports/{imported.pk}/undo/")
    assert not Job.objects.filter(kind="undo_import").exists()  # it may write more
    imported.refresh_from_db()
    cancel(Job.objects.get(pk=imported.job), by=importer)
    assert "Undo this import…" in visible_text(page(client, imported))
    client.post(f"/imports/{imported.pk}/undo/")
    work(imported)
    assert Import.objects.get().state == ImportState.UNDONE


def test_the_import_of_another_user_is_there_only_for_who_may_view_all_jobs(importer):
    imported = done(importer, JANE)
    parts = ("", "columns/", "undo/")
    other = signed_in(make_user("other", IMPORTERS))
    assert {page(other, imported, part).status_code for part in parts} == {404}
    assert {
        other.post(f"/imports/{imported.pk}/{part}/").status_code for part in ("run", "check", "undo", "read-as")
    } == {404}
    assert "customers.csv" not in visible_text(other.get("/imports/"))
    overseer = signed_in(make_user("overseer", [*IMPORTERS, "jobs.view_all_job"]))
    assert page(overseer, imported).status_code == 200
    assert "customers.csv" in visible_text(overseer.get("/imports/"))


@table("need", IMPORTERS)
def test_who_lacks_a_permission_sees_no_import_of_their_own(need):
    user = make_user(f"almost {need}", EVERYTHING - {need})
    imported = begin("customers.csv", HEADERS, [JANE], by=user)
    client = signed_in(user)
    gets = {page(client, imported, part).status_code for part in ("", "columns/", "undo/")}
    posts = {
        client.post(f"/imports/{imported.pk}/{part}/").status_code
        for part in ("run", "check", "undo", "read-as", "columns")
    }
    assert gets | posts == {403}


def test_home_of_an_empty_installation_has_the_field_for_the_file(client, viewer):
    answer = client.get("/")
    assert "First steps" in visible_text(answer)
    assert 'name="file"' in answer.text
    assert "First steps" not in visible_text(signed_in(viewer).get("/"))
    order("Shop")
    assert "First steps" not in visible_text(client.get("/"))


def test_files_that_are_cleared_leave_no_cell_behind(importer):
    imported = done(importer, JANE, SHORTENED)
    Import.objects.update(created="2026-01-01T00:00:00Z")
    clear_imports()
    imported.refresh_from_db()
    assert "jane@doe.example" not in f"{imported.table} {imported.mapping} {[*imported.samples.values()]}"
    client = signed_in(importer)
    assert page(client, imported).status_code == 200


def test_what_a_file_says_of_customers_who_are_here_is_applied_or_named(client, importer):
    done(importer, JANE)
    imported = done(importer, ("7", "Janet", *JANE[2:]))
    differs = "1 row with other values than the profile of a customer who is here: not applied"
    assert differs in visible_text(page(client, imported))
    imported.counts["refusals"] = 2
    imported.save()
    refuses = "2 rows in which a customer who is here refuses email, SMS or the sale of data: applied"
    assert refuses in visible_text(page(client, imported))


def test_a_file_that_is_sent_by_a_double_click_is_one_import(client, monkeypatch):
    upload = client.get("/imports/").context["form"]["upload"].value()
    content = (EXPORTS / "shopify_customers.csv").read_bytes()
    first = send(client, content, upload=upload).url
    assert send(client, content, upload=upload).url == first
    looks, real = [], drafts._of_upload  # both looked before either had written
    monkeypatch.setattr(drafts, "_of_upload", lambda uuid: real(uuid) if looks else looks.append(1))
    assert send(client, content, upload=upload).url == first
    assert Import.objects.count() == 1
    assert send(client, content + b"\n", upload=upload).url != first


def test_a_new_data_source_gets_the_country_that_is_asked_for(client, importer):
    imported = begin("customers.csv", HEADERS, [("7", "Jane", "Doe", "", "602 123 456")], by=importer)
    press(client, imported, source="Obchod", country="CZ")
    assert DataSource.objects.get(name="Obchod").default_country == "CZ"
    again = begin("customers.csv", HEADERS, [("8", "Ann", "Lee", "", "602 123 457")], by=importer)
    press(client, again, source="Obchod", country="DE")
    assert DataSource.objects.get(name="Obchod").default_country == "CZ"


def test_the_duplicates_of_an_import_are_reviewed_by_themselves(client, importer):
    for n in range(2):
        order(f"Till {n}", first_name=f"Ann{n}", last_name=f"Lee{n}", email="ann@lee.example")
    imported = done(importer, JANE, JOHN)
    answer = page(client, imported)
    link = re.search(r'href="([^"]*duplicates/[?][^"]*)"', answer.text)[1].replace("&amp;", "&")
    review = client.get(link)
    groups = review.context["page"].groups
    assert [[member.customer.first_name for member in group.members] for group in groups] == [["Jane", "John"]]
    assert "Received" in review.text
    assert len(client.get("/duplicates/").context["page"].groups) == 2
    assert "Filters ignored because their values are not valid: Received" in visible_text(
        client.get("/duplicates/?received=yesterday")
    )


def test_a_long_import_is_looked_at_by_a_job_before_it_can_be_undone(client, importer, monkeypatch):
    monkeypatch.setattr("orders.imports.row_stretches.LENGTH", 1)
    monkeypatch.setattr("orders.imports.undo_plan.LENGTH", 1)
    monkeypatch.setattr("orders.imports.undo_plan.MOST_LOOKED_AT", 1)
    imported = done(importer, JANE, JOHN, ("9", "Ann", "Lee", "ann@lee.example", ""))
    edit(Customer.objects.get(first_name="Ann"), first_name="Anna")
    text = visible_text(page(client, imported, "undo/"))
    assert "Not looked at yet: the last 2 rows." in text
    assert "Undo import" not in text
    job = Job.objects.get(pk=int(client.post(f"/imports/{imported.pk}/look/").url.split("/")[-2]))
    client.post(f"/imports/{imported.pk}/look/")
    assert Job.objects.filter(kind="plan_import_undo").count() == 1
    assert "looks at all rows now" in visible_text(page(client, imported, "undo/"))
    while job.is_unfinished:
        job = take_turn(str(job.uuid), worker="w")
    assert job.counts == {"Customers deleted": 2, "Records split off": 0, "Orders deleted": 0, "Customers kept": 1}
    text = visible_text(page(client, imported, "undo/"))
    assert "2 customers that only this import created" in text
    assert "1 customer changed since the import" in text
    assert b"Anna Lee" in b"".join(client.get(f"/jobs/{job.pk}/result/"))
    assert "Undo import" in text


def test_what_came_otherwise_than_the_dry_run_said_is_told(client, importer):
    imported = checked(importer, JANE)
    assert "Download all rows" in visible_text(page(client, imported))
    order("Till", first_name="Jane", last_name="Doe", email="jane@doe.example")
    steps.run(imported, seen=imported.job, by=importer)
    work(imported)
    text = visible_text(page(client, imported))
    assert "Not as in the dry run" in text
    assert "created 0 instead of 1, joined 1 instead of 0" in text
