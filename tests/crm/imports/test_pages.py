"""The pages of an import, by the client: the dry run, the import, the undo."""

import re

import pytest

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.audit.models import AuditEntry
from crm.demo.imports import begin, work
from crm.imports import steps
from crm.jobs.control import cancel
from crm.jobs.files import clear_imports
from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from customers.models import Customer
from orders.imports import drafts
from orders.models import Import, ImportState
from tests.acts import edit
from tests.crm.imports.import_pages import (
    HEADERS,
    IMPORTERS,
    JANE,
    JOHN,
    SHORTENED,
    checked,
    done,
    page,
    press,
    send,
)
from tests.factories import make_user, order, signed_in
from tests.orders.imports.reading import EXPORTS
from tests.page_text import visible_text
from tests.tables import table

pytestmark = pytest.mark.django_db


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
    user = make_user(f"almost {need}", ALL_PERMISSIONS - {need})
    imported = begin("customers.csv", HEADERS, [JANE], by=user)
    client = signed_in(user)
    gets = {page(client, imported, part).status_code for part in ("", "columns/", "undo/")}
    posts = {
        client.post(f"/imports/{imported.pk}/{part}/").status_code
        for part in ("run", "check", "undo", "read-as", "columns")
    }
    assert gets | posts == {403}


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
