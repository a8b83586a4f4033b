"""The file of one person: started on a page, written by a job, the same in JSON and CSV."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.audit.models import AuditEntry
from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from crm.personal_data import read
from crm.personal_data.job import PERSONAL_DATA, export_chunk, start_export
from customers.engagement import notes
from customers.labels.tags import add_tags
from customers.matching import not_duplicates
from customers.merging.split import split_record
from customers.models import CartLogin, Customer, HistoryEntry, Note, PaySource
from orders.models import OrderItem
from tests.acts import edit, erase, fresh, merge, undo
from tests.crm.personal_data.archives import MAY_EXPORT, export
from tests.factories import SourceRecordFactory, customer_with_order, make_user, order, signed_in
from tests.factories.linked_rows import many
from tests.factories.webhooks import delivery_of
from tests.page_text import visible_text
from tests.tables import table

pytestmark = pytest.mark.django_db
HELENA = {"first_name": "Helena", "last_name": "Holý", "email": "helena@reunite.cz", "phone": "+420 241 770 449"}
BJORN = {"first_name": "Bjørn", "last_name": "Hansen", "email": "bjorn@reunite.no", "company": "Hansen AS"}


@pytest.fixture
def helena() -> Customer:
    """Two merged customers with lines, a login with a password, a card with a token, a note and a tag."""
    helena, double = (customer_with_order(**HELENA, external_id=f"S-{n}") for n in "12")
    bought = order(**HELENA, total="12.50").order
    OrderItem.objects.create(order=bought, description="Mug “large”", quantity=2, amount="12.50")
    card = PaySource(source_record=double.records.first(), last_four="4242", gateway_customer="vault-7")
    card.token = "tok-secret"
    card.save()
    CartLogin.objects.create(source_record=double.records.first(), login="helena", password="md5$hashed-secret")
    notes.add(helena, {"text": "=Called,\nin two lines"}, by=None)
    add_tags(helena, "vip", by=None)
    delivery_of(helena)
    merge(helena, double)
    return fresh(helena)[0]


def test_json_and_csv_have_the_same_rows_of_all_who_are_merged(helena):
    other = customer_with_order(**BJORN)
    archive = export(helena)
    tables = archive.tables
    assert [row["email"] for row in tables["customers"]] == ["helena@reunite.cz"] * 2
    assert {row["data_source"] for row in tables["source-records"]} >= {"Staff"}
    assert len(tables["orders"]) == 3
    assert [(row["description"], row["amount"]) for row in tables["order-items"]][-1] == ("Mug “large”", "12.500")
    assert tables["notes"][0]["text"] == "=Called,\nin two lines"
    assert [row["name"] for row in tables["tags"]] == ["vip"]
    assert [row["survivor"] for row in tables["merge-members"]] == [helena.pk]
    assert tables["deliveries"][0]["endpoint"]
    assert {name: [str(row["id"]) for row in rows] for name, rows in tables.items()} == {
        name: [row["id"] for row in rows] for name, rows in archive.csv_tables.items()
    }
    assert archive.csv_tables["notes"][0]["text"] == "'=Called,\nin two lines"
    assert other.email not in archive.text


def test_no_secret_is_in_the_file(helena):
    archive = export(helena)
    assert archive.tables["logins-and-passwords"][0]["login"] == "helena"
    assert archive.tables["payment-methods"][0]["last_four"] == "4242"
    assert [word for word in ("secret", "vault-7", "md5$") if word in archive.text] == []


def test_what_a_file_has_and_has_not_is_said_in_it(helena):
    readme = export(helena).files["README.txt"]
    assert readme.startswith(f"Everything that Reunite has of customer {helena.pk}, as of ")
    assert "- orders: 3\r\n" in readme
    assert "- Match keys, search words and totals: worked out from rows that are in the file." in readme


def test_others_are_not_named_after_an_undone_merge(helena):
    bjorn = customer_with_order(**BJORN)
    merged = merge(helena, bjorn, email=bjorn, company=bjorn)
    edit(helena, email="new@reunite.cz")
    undo(merged)
    not_duplicates.mark_not_duplicates(*fresh(helena, bjorn), by=None, reason="Bjørn is a neighbour")
    text = export(fresh(helena)[0]).text
    assert [word for word in ("Bjørn", "Hansen", "bjorn@") if word in text] == []
    assert f"Another customer ({bjorn.pk})" in text
    assert "[about another customer]" in text
    theirs = export(fresh(bjorn)[0])
    assert [word for word in ("Helena", "Holý", "helena@", "new@") if word in theirs.text] == []


def test_a_record_that_was_split_off_is_in_the_file_of_the_new_customer_only(helena):
    record = SourceRecordFactory(customer=helena, external_id="wrong-9", first_name="Frank", email="frank@x.cz")
    new = split_record(record, by=None)
    assert [word for word in ("Frank", "frank@x.cz", "wrong-9") if word in export(fresh(helena)[0]).text] == []
    assert "wrong-9" in [row["external_id"] for row in export(new).tables["source-records"]]


@table("act", ["merge", "undo", "split"])
def test_a_merge_an_undo_or_a_split_meanwhile_ends_the_export(act, helena, monkeypatch):
    monkeypatch.setattr(read, "BATCH", 1)
    job = start_export(helena, by=make_user("exports", MAY_EXPORT))
    job.cursor = export_chunk(job).cursor
    job.save()
    match act:
        case "merge":
            merge(helena, customer_with_order(**BJORN))
        case "undo":
            undo(helena.merges.get())
        case "split":
            split_record(helena.records.filter(external_id="S-1").get(), by=None)
    take_turn(str(job.uuid), worker="one")
    job.refresh_from_db()
    assert (job.state, job.message.split(",")[0]) == ("failed", "This customer was merged")
    assert not job.result_file


def test_a_customer_who_was_erased_meanwhile_is_not_exported(helena):
    job = start_export(helena, by=make_user("exports", MAY_EXPORT))
    erase(helena)
    take_turn(str(job.uuid), worker="one")
    job.refresh_from_db()
    assert (job.state, "was merged or erased" in job.message) == ("failed", True)


def test_a_record_that_comes_meanwhile_is_left_for_the_next_file(helena, monkeypatch):
    job = start_export(helena, by=make_user("exports", MAY_EXPORT))
    monkeypatch.setattr(
        "crm.personal_data.job.read_part", lambda subject, place: read.read_part(subject, place, most=1)
    )
    job.cursor = export_chunk(job).cursor
    SourceRecordFactory(customer=helena, external_id="later")
    assert export_chunk(job).done


def test_the_page_starts_one_job_and_the_audit_log_says_so(helena):
    user = make_user("exports", MAY_EXPORT)
    client = signed_in(user)
    url = f"/customers/{helena.pk}/personal-data/"
    page = visible_text(client.get(url))
    assert "Orders 3" in page
    first, second = client.post(url), client.post(url)
    job = Job.objects.get()
    assert (first.url, second.url) == (f"/jobs/{job.pk}/", f"/jobs/{job.pk}/")
    assert (job.kind, job.about, job.by) == (PERSONAL_DATA.name, f"Customer {helena.pk}", user)
    entry = AuditEntry.objects.filter(action="export").earliest("pk")
    assert (entry.text, entry.customer, entry.by) == ("Personal data.", helena.pk, user)
    take_turn(str(job.uuid), worker="one")
    answer = client.get(f"/jobs/{job.pk}/result/")
    assert answer["Content-Disposition"].endswith('.zip"')
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    # Another user who may see all jobs does not get it without the permission.
    others = signed_in(make_user("sees jobs", ["jobs.view_all_job", "customers.view_customer", "orders.view_order"]))
    assert others.get(f"/jobs/{job.pk}/result/").status_code == 403


def test_the_page_of_a_merged_customer_leads_to_the_one_who_was_kept(helena, as_admin):
    member = helena.merges.get().members.get()
    answer = as_admin.post(f"/customers/{member.duplicate_id}/personal-data/")
    assert answer.url == f"/customers/{helena.pk}/"
    assert not Job.objects.exists()


def test_each_part_costs_the_same_however_far_it_is(helena):
    record = helena.records.filter(external_id="S-1").get()
    many(Note, record, 2000)
    many(HistoryEntry, record, 1000)
    job = start_export(helena, by=make_user("exports", MAY_EXPORT))
    parts, statements = 0, []
    while True:
        with CaptureQueriesContext(connection) as queries:
            step = export_chunk(job)
        statements.append(len(queries))
        parts += 1
        job.cursor = dict(step.cursor)
        if step.is_last:
            break
    assert parts == 7
    # What is left after the long tables is many short ones.
    assert max(statements[1:-1]) <= 45, statements
