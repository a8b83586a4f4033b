"""The scan of live customers, and what becomes of the pairs it found."""

import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from crm.jobs.kinds.scan import start_scan
from crm.jobs.turn import take_turn
from customers.lib.companies import company_form
from customers.matching.evidence.attributes import mark_identifying
from customers.matching.likely import rescore
from customers.matching.likely import scan as scanning
from customers.matching.likely.records import compared_customers, domain_of, split_street
from customers.matching.likely.rescore import score_changed_customers
from customers.matching.likely.scan import scan
from customers.matching.likely.waiting import rank_pairs
from customers.matching.likely.worklist_tab import likely_page
from customers.models import Attribute, Customer, LikelyPair, LikelyScan
from customers.models.matching import NO_RANK
from tests.acts import edit, erase, merge
from tests.factories import SourceRecordFactory
from tests.tables import table

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOME = {"line1": "12 Elm Street", "city": "Springfield", "postal_code": "62701", "country": "US"}


def customer(first_name="Helena", last_name="Abernathy", email="", **profile) -> Customer:
    names = {"first_name": first_name, "last_name": last_name, "email": email}
    profile = {f"customer__{name}": value for name, value in {"billing_address": HOME, **names, **profile}.items()}
    return SourceRecordFactory(**names, **profile).customer


def found() -> list[tuple[int, int]]:
    return list(LikelyPair.objects.order_by("first", "second").values_list("first", "second"))


@pytest.mark.django_db
def test_a_scan_finds_who_shares_no_email_and_no_phone_and_says_how_each_field_agrees():
    one, other = customer("William", email="will@a.example"), customer("Bill", email="ab@b.example")
    customer("Rupert", "Quill", email="rupert@c.example")
    result = scan()
    assert found() == [(one.pk, other.pk)]
    assert (result.customers, result.likely_pairs) == (3, 1)
    pair = LikelyPair.objects.get()
    assert {field: level for field, (level, _) in pair.weights.items()} == {
        **dict.fromkeys(("last", "street", "number", "city", "postcode"), "same"),
        **{"first": "short", "email": "differs"},
    }
    assert pair.weights["last"][1] > 0 > pair.weights["email"][1]


@pytest.mark.django_db
def test_a_scan_drops_what_it_does_not_find_again_and_repeats_nothing():
    one, other = customer(), customer()
    scan()
    scan()
    assert found() == [(one.pk, other.pk)]
    Customer.objects.filter(pk=other.pk).update(first_name="Rupert", last_name="Quill", billing_address={})
    scan()
    assert found() == []


@pytest.mark.django_db
def test_an_erasure_takes_likely_pairs_away():
    _, other = customer(), customer()
    scan()
    erase(other)
    assert found() == []


@pytest.mark.django_db
def test_the_command_says_what_it_compared_and_without_customers_there_is_nothing_to_do():
    out = StringIO()
    call_command("find_duplicates", stdout=out)
    assert out.getvalue() == "0 customers, 0 pairs compared, 0 likely.\n"
    assert LikelyScan.objects.get().ended


@pytest.mark.django_db
def test_placeholders_recognise_nobody_and_particles_and_suffixes_are_read():
    customer("Maria de", "la Cruz Jr", email="none@none.com")
    (compared,) = compared_customers()
    assert (compared.first, compared.last, compared.suffix) == ("maria", "delacruz", "jr")
    assert (compared.emails, compared.email, compared.number, compared.street) == ((), "", "12", "elmstreet")


@table(
    ("form", "text", "expected"),
    [
        (company_form, "Acme, Inc.", "acme"),
        (company_form, "ACME s.r.o.", "acme"),
        (company_form, "The Company", "thecompany"),
        (split_street, "12 Elm Street", ("12", "elmstreet")),
        (split_street, "Hauptstraße 7a", ("7a", "hauptstrasse")),
        (split_street, "Elm Street", ("", "elmstreet")),
        (split_street, "", ("", "")),
        (lambda text: domain_of(text, ""), "https://www.acme.example/about", "acme.example"),
        (lambda text: domain_of("", text), "ann@acme.example", "acme.example"),
        (lambda text: domain_of("", text), "ann@gmail.com", ""),
    ],
)
def test_forms_in_which_fields_are_compared(form, text, expected):
    assert form(text) == expected


def test_a_worker_begins_without_pages_and_a_web_process_loads_neither_splink_nor_duckdb():
    program = """
import sys
import django
django.setup()
from crm.management.commands.worker import Command
Command().check(tags=Command.requires_system_checks)
print("crm.urls" in sys.modules)
import crm.wsgi
import crm.urls
from django.test import Client
assert Client().get("/accounts/login/", headers={"host": "localhost"}).status_code == 200
print(sorted({"splink", "duckdb", "pyarrow", "pyspark"} & sys.modules.keys()))
"""
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": "sqlite://:memory:",
        "ALLOWED_HOSTS": "localhost",
    }
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert (ran.stdout.strip(), ran.returncode) == ("False\n[]", 0), ran.stderr


@pytest.mark.django_db
def test_a_new_customer_is_scored_without_another_scan_and_nothing_is_before_the_first():
    one = customer("William")
    assert score_changed_customers() == ""
    scan()
    other = customer("William")
    Customer.objects.filter(pk=one.pk).update(updated=LONG_AGO)
    assert score_changed_customers() == "1 customers scored, 1 likely pairs."
    assert found() == [(one.pk, other.pk)]


@pytest.mark.django_db
def test_customers_who_changed_at_one_moment_are_all_scored_however_many(monkeypatch):
    customer("Rupert", "Quill")
    scan()
    monkeypatch.setattr(rescore, "MOST_CHANGED", 2)
    pairs = [(customer(name, name).pk, customer(name, name).pk) for name in ("Alberta", "Bettina")]
    Customer.objects.update(updated=timezone.now())
    score_changed_customers()
    score_changed_customers()
    assert found() == pairs


@pytest.mark.django_db
def test_a_scan_is_a_job_of_which_one_runs_at_a_time():
    one, other = customer(), customer()
    job, is_new = start_scan(by=None)
    assert (start_scan(by=None), is_new) == ((job, False), True)
    assert take_turn(str(job.uuid), worker="here").state == "done"
    assert found() == [(one.pk, other.pk)]


@pytest.mark.django_db(transaction=True)
def test_a_scan_compares_outside_of_transactions_and_writes_a_few_pairs_in_each(monkeypatch):
    monkeypatch.setattr(scanning, "AT_ONCE", 2)
    for _ in range(4):
        customer()
    statements = []

    def watch(execute, sql, params, many, context):
        statements.append((sql, connection.in_atomic_block))
        return execute(sql, params, many, context)

    job, _ = start_scan(by=None)
    with connection.execute_wrapper(watch):
        assert take_turn(str(job.uuid), worker="here").counts["Likely pairs"] == 6
    reads = [is_inside for sql, is_inside in statements if sql.startswith("SELECT") and "billing_address" in sql]
    writes = [sql for sql, _ in statements if sql.startswith('INSERT INTO "customers_likelypair"')]
    assert (any(reads), len(reads) > 0, len(writes)) == (False, True, 3)


@pytest.mark.django_db
def test_the_addresses_of_merged_customers_are_compared_and_the_one_to_ship_to():
    before = {"line1": "7 Old Road", "city": "Ely", "postal_code": "CB7"}
    moved = customer(billing_address={"line1": "1 New Way", "city": "York", "postal_code": "YO1"})
    merge(moved, customer(billing_address=before, shipping_address=HOME))
    (compared,) = compared_customers()
    assert compared.addresses == ("1 newway yo1", "12 elmstreet 62701", "7 oldroad cb7")
    stayed = customer(billing_address=before)
    scan()
    assert found() == [(moved.pk, stayed.pk)]
    assert LikelyPair.objects.get().weights["street"][0] == "same"


@pytest.mark.django_db
def test_a_trait_that_is_a_day_is_compared_as_the_date_of_birth_of_all_records():
    mark_identifying("Born", "trait", by=None)
    one, other = customer("William"), customer("Bill")
    for who, name, value in ((one, "Born", "1990-04-01T00:00:00Z"), (one, "Seen", "2020-01-01"), (other, "Born", "?")):
        Attribute.objects.create(source_record=who.records.get(), name=name, value=value)
    assert [compared.births for compared in compared_customers()] == [("1990-04-01",), ()]
    Attribute.objects.filter(value="?").update(value="1990-04-01")
    scan()
    assert LikelyPair.objects.get().weights["born"][0] == "same"


@pytest.mark.django_db
def test_a_pair_that_no_longer_agrees_leaves_the_worklist_at_the_next_look_and_returns_when_it_agrees_again():
    one, other = customer(), customer()
    scan()
    edit(other, first_name="Rupert", last_name="Quill", billing_address={"line1": "7 Old Road", "city": "Ely"})
    score_changed_customers()
    pair = LikelyPair.objects.get()
    assert (pair.rank, pair.weights["first"][0], pair.probability < 0.5) == (NO_RANK, "differs", True)
    rank_pairs([pair])
    assert not likely_page().groups

    edit(other, first_name="Helena", last_name="Abernathy", billing_address=HOME)
    score_changed_customers()
    assert [group.numbers for group in likely_page().groups] == [f"{one.pk} {other.pk}"]


@pytest.mark.django_db
def test_a_pair_that_agrees_as_before_keeps_what_the_scan_said_who_knew_how_rare_its_values_are():
    _, other = customer(), customer()
    scan()
    LikelyPair.objects.update(probability=0.91)
    edit(other, custom1="Gold")
    assert score_changed_customers() == "1 customers scored, 1 likely pairs."
    assert LikelyPair.objects.get().probability == 0.91
