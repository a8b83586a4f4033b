"""A file as a job: checked, imported, killed and gone on with."""

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from crm.jobs.kinds.import_file import start_check, start_import, start_undo
from crm.jobs.turn import take_turn
from customers.models import Customer, SourceRecord
from orders.imports import run, stored_file
from orders.imports.columns.guess import guess
from orders.imports.files.table import open_table
from orders.imports.stored_file import ImportRefusedError, create_import
from orders.models import ImportState
from tests.factories import DataSourceFactory, allow, order

pytestmark = pytest.mark.django_db

FILE = """Customer ID,First name,Last name,Email,Created
1,Helena,Holý,helena@holy.example,2026-01-02
2,Jane,Doe,jane@doe.example,2026-01-02
3,Jane,Doe,JANE@doe.example,2026-01-02
4,Bob,Roe,bob@roe.example,never
5,Ann,Lee,ann@lee.example,2026-01-02
"""


def imported_file(name="customers.csv", text=FILE):
    file = ContentFile(text.encode(), name)
    mapping = guess(open_table(file.file, name))
    file.seek(0)
    return create_import(file, name, DataSourceFactory(name="Shop"), mapping, by=None)


def work(job):
    while job.is_unfinished:
        job = take_turn(str(job.uuid), worker="w")
    return job


@pytest.fixture
def _three_a_chunk(monkeypatch):
    monkeypatch.setattr(run, "CHUNK", 2)


@pytest.fixture
def known():
    return order("Till", first_name="Ann", last_name="Lee", email="ann@lee.example")


def test_a_dry_run_counts_and_writes_nobody(owner, known):
    allow(owner, "orders.run_import")
    imported = imported_file()
    job = work(start_check(imported, by=owner))
    imported.refresh_from_db()
    assert (job.state, imported.state) == ("done", ImportState.CHECKED)
    assert job.counts == {"Created": 2, "Joined": 2, "Refused": 1}
    assert imported.counts == {"created": 2, "joined": 2, "joined email": 2, "refused": 1}
    assert {(sample.number, sample.outcome) for sample in imported.samples.all()} == {
        (2, "created"),
        (3, "created"),
        (4, "joined"),
        (5, "refused"),
        (6, "joined"),
    }
    assert Customer.objects.count() == 1
    with job.result_file.open() as file:
        lines = [line.split(",") for line in file.read().decode().splitlines()]
    assert lines[0] == ["Row", "Result", "Match", "Customer", "Name", "Email", "Order or subscription", "Reason"]
    joined = str(known.order.source_record.customer_id)
    assert [line[:4] for line in lines[1:]] == [
        ["2", "Created", "New", ""],
        ["3", "Created", "New", ""],
        ["4", "Joined", "Email and name", ""],  # another row of the file
        ["5", "Refused", "", ""],
        ["6", "Joined", "Email and name", joined],
    ]


def test_a_dry_run_counts_nobody_twice_whose_rows_are_far_apart(owner, monkeypatch):
    allow(owner, "orders.run_import")
    text = f"{FILE}1,Helena,Holý,other@holy.example,\n,Jane,Doe,jane@doe.example,\n,Bob,Smith,ann@lee.example,\n"
    monkeypatch.setattr(run, "CHECKED_CHUNK", 2)
    imported = imported_file(text=text)
    for _ in range(2):
        counts = work(start_check(imported, by=owner)).counts
        assert {name: counts[name] for name in ("Created", "Joined", "Refused")} == {
            "Created": 4,
            "Joined": 3,
            "Refused": 1,
        }
    counts = work(start_import(imported, by=owner)).counts
    assert (counts["Created"], counts["Joined"] + counts["Already here"]) == (4, 3)
    imported.refresh_from_db()
    assert (imported.checked["created"], imported.counts["created"]) == (4, 4)


@pytest.mark.usefixtures("_three_a_chunk")
def test_an_import_goes_on_where_its_worker_was_lost_and_refuses_into_a_file(owner, known, monkeypatch):
    allow(owner, "orders.run_import")
    imported = imported_file()
    job = start_import(imported, by=owner)
    job = take_turn(str(job.uuid), worker="w", is_stopping=lambda: True)
    assert job.done == 2
    stored_file.close_import(imported)
    job = work(job)
    assert job.counts == {"Created": 2, "Joined": 2, "Refused": 1}
    with job.result_file.open() as file:
        refused = file.read().decode().splitlines()
    assert refused[0] == "Customer ID,First name,Last name,Email,Created,Reason"
    assert refused[1].startswith("4,Bob,Roe,bob@roe.example,never,")
    assert len(refused) == 2
    imported.refresh_from_db()
    assert (imported.state, imported.rows.count()) == (ImportState.DONE, 4)
    assert SourceRecord.objects.filter(data_source__name="Shop").count() == 4


def test_of_an_order_that_is_refused_all_rows_are_in_the_file(owner):
    allow(owner, "orders.run_import")
    text = "Order ID,Email,Order date,Currency,Total,Product,Price\n7,a@b.example,never,USD,5,Tea,2\n7,,,,,Cup,3\n"
    job = work(start_import(imported_file("orders.csv", text), by=owner))
    assert job.counts == {"Refused": 1}
    with job.result_file.open() as file:
        lines = file.read().decode().splitlines()
    assert [line.split(",")[:6] for line in lines[1:]] == [
        ["7", "a@b.example", "never", "USD", "5", "Tea"],
        ["7", "", "", "", "", "Cup"],
    ]


def test_the_same_file_under_another_name_changes_nothing(owner):
    allow(owner, "orders.run_import")
    work(start_import(imported_file(), by=owner))
    before = [*Customer.objects.order_by("pk").values_list("pk", "version", "updated")]
    job = work(start_import(imported_file("again.csv"), by=owner))
    assert job.counts == {"Already here": 4, "Refused": 1}
    assert [*Customer.objects.order_by("pk").values_list("pk", "version", "updated")] == before


def test_a_second_click_starts_nothing(owner):
    imported = imported_file()
    start_import(imported, by=owner)
    with pytest.raises(ImportRefusedError, match="is running"):
        start_import(imported, by=owner)


def test_the_command_imports_a_file_and_says_what_came_of_it(tmp_path, capsys):
    path = tmp_path / "customers.csv"
    path.write_text(FILE)
    call_command("import_file", str(path), source="Shop")
    said = capsys.readouterr()
    assert "Created: 3" in said.out
    assert "Row 5: " in said.err
    assert Customer.objects.count() == 3


def test_an_import_is_undone_by_a_job(owner, known):
    allow(owner, "orders.run_import")
    imported = imported_file()
    work(start_import(imported, by=owner))
    imported.refresh_from_db()
    job = work(start_undo(imported, by=owner))
    imported.refresh_from_db()
    assert (job.counts, imported.state) == ({"Undone": 3}, ImportState.UNDONE)
    assert [*Customer.objects.live().values_list("pk", flat=True)] == [known.assigned.record.customer_id]
