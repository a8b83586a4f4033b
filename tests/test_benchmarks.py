"""The benchmarks run, and what they compare writes the same: `rebuild` finds nothing that differs after either."""

import pytest
from django.db import connection

from benchmarks import merge
from benchmarks.imports.__main__ import imported
from benchmarks.imports.files import orders
from benchmarks.imports.limit import last_rows, written_again
from benchmarks.large.copies import Keys, drop_indexes
from benchmarks.large.fill import fill
from benchmarks.large.people import BLOCK, person
from benchmarks.overview.dialects import dialects
from benchmarks.overview.files import files
from benchmarks.overview.filters import filters
from benchmarks.overview.inserts import inserts
from benchmarks.overview.measured import table
from benchmarks.overview.merges import merges
from benchmarks.overview.reads import pages, reads
from benchmarks.personal_data import exported
from customers.lib.identity import identity_key
from customers.models import Customer, SearchWord, SourceRecord
from orders.models import Order
from tests.acts import rebuild

pytestmark = pytest.mark.django_db


def test_the_fewest_statements_write_what_a_merge_and_an_undo_write():
    acts = [act for company in ("", "Initech") for act, *_ in merge.against_the_limit(company, 1)]
    assert acts == [
        "merge, no field changes",
        "undo, no field changes",
        *("merge, one field changes", "undo, one field changes"),
    ]


def test_merges_of_large_customers_and_pages_of_their_orders_can_be_measured():
    assert merge.merging_of(2, 1)[0] == "2"
    assert merge.pages_of(2, 60, 1)[0] == "2"


def test_a_large_database_has_nothing_that_differs_and_is_the_same_for_a_seed():
    assert list(fill(30, most=40, seed=1)) == [1, 30]
    assert rebuild() == "Nothing differed."
    assert person(7, seed=1, most=9) == person(7, seed=1, most=9) != person(7, seed=2, most=9)
    largest = Customer.objects.earliest("pk")
    rows = [*reads(1, largest=largest), *pages(1, largest=largest), *dialects(1, largest=largest), *files(1)]
    rows += [*filters(1, of_each=2), *merges(1, rows=2)]
    assert all(row.statements and row.limit for row in rows)
    assert len(table(rows).splitlines()) == len(rows) + 2


def test_customers_have_fewer_orders_where_there_is_little_room():
    people = [person(n, seed=1, most=50, orders_each=0.2) for n in range(400)]
    assert len(people[0].orders) == 50
    assert 0.1 < sum(len(one.orders) for one in people[1:]) / len(people) < 0.3


def test_nobody_among_ten_million_has_the_ids_of_the_first_customer():
    first = person(0, seed=1, most=0)
    in_its_place = {person(block * BLOCK + 1, seed=1, most=0).external_id for block in range(1_000)}
    assert first.external_id not in in_its_place
    assert len(in_its_place) == 1_000


def test_the_file_of_a_customer_with_many_orders_can_be_measured(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    *_, last = exported(600)
    assert last.rows > 600


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_blocks_copied_by_sql_have_nothing_that_differs():
    assert max(fill(35, most=4, seed=1, block=10)) == Customer.objects.count() == 35
    assert rebuild() == "Nothing differed."
    records = SourceRecord.objects.all()
    assert {record.identity_key for record in records} == {identity_key(record.identity) for record in records}
    assert Customer.objects.filter(email__contains="b2@").count() == 10
    assert SearchWord.objects.filter(word__startswith="person3b1@").exists()


@pytest.mark.postgres
def test_indexes_that_are_dropped_are_made_again():
    def indexes() -> set[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
            return set(cursor.fetchall())

    before = indexes()
    with connection.cursor() as cursor:
        made_again = drop_indexes({model: Keys(1, 1) for model in (Customer, SourceRecord, Order)})
        assert len(before - indexes()) == len(made_again) > 30
        for statement in made_again:
            cursor.execute(statement)
    assert indexes() == before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_orders_are_taken_while_their_customers_are_merged():
    _, merged = inserts(1)
    assert merged.ratio


@pytest.mark.django_db(transaction=True)
def test_the_limit_of_an_import_writes_what_the_import_wrote(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    before = last_rows()
    imported(orders(20))
    written = last_rows()
    written_again(before)
    assert last_rows() == written
    assert rebuild() == "Nothing differed."
