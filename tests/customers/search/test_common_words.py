"""Words that many customers have: however the search reads them, it finds the same, and only in the index of words."""

import re
from collections import defaultdict

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.lib.names import name_words
from customers.models import Customer, SearchWord
from customers.search import find, search_text
from customers.search.first_found import first_found
from customers.search.scan import FEW
from customers.search.search_text import SearchText
from tests.acts import merge, undo
from tests.factories import SourceRecordFactory, customer_with_order
from tests.query_costs import analyze, on_sqlite, plan_of
from tests.tables import table

pytestmark = pytest.mark.django_db

WAYS = {
    "each asked": {},
    "joined": {"MOST_ASKED": 1},
    "as often as anybody": {"MOST_ASKED": 1, "OFTEN": 1},
}
TEXTS = ("ann smith", "an sm", "jean-luc smith", "ánn ŠMITH", "smith ann@example.org", "ann nobody", "smith ann jean")


@pytest.fixture(params=WAYS, ids=str)
def way(request, monkeypatch):
    for name, value in WAYS[request.param].items():
        monkeypatch.setattr(find, name, value)


@pytest.fixture
def people():
    names = ["Ann Smith", "Ann Jones", "Jean-Luc Smith", "Ann Jean Smith", "Annabel Smithson", "Luc Smith"]
    for n, name in enumerate(names):
        first, _, last = name.rpartition(" ")
        customer_with_order(first_name=first, last_name=last, email="ann@example.org" if not n else f"p{n}@example.org")
    apart = SourceRecordFactory(first_name="Ann", last_name="")
    SourceRecordFactory(first_name="", last_name="Smith", customer=apart.customer)


def who_has(text: str) -> set[int]:
    """The customers of whom some words begin with all of `text`, read word by word."""
    parts = [part for word in text.split() for part in ([word] if "@" in word else name_words(word))]
    words = defaultdict(set)
    for customer, word in SearchWord.objects.values_list("customer", "word"):
        words[customer].add(word)
    return {pk for pk, having in words.items() if all(any(w.startswith(part) for w in having) for part in parts)}


@table("text", TEXTS)
def test_words_are_found_however_they_are_read(text, people, way):
    expected = who_has(text)
    ids = SearchText(text).ids_if_few(FEW)

    assert ids is None or ids == expected
    assert {*Customer.objects.filter(SearchText(text).condition).values_list("pk", flat=True)} == expected


def test_words_go_with_their_record_in_a_merge_and_an_undo():
    one, other = customer_with_order(email="a@x.cz"), customer_with_order(email="b@x.cz", first_name="Zora")
    merged = merge(one, other)
    assert {*SearchWord.objects.values_list("customer", flat=True)} == {one.pk}

    undo(merged)
    assert first_found("zora") == [other]


def words_of_many(customer: Customer) -> None:
    record = customer.records.get()
    numbers = range(3_000)
    rows = [SearchWord(source_record=record, customer=customer, word=f"{word}{n}") for word in "vw" for n in numbers]
    SearchWord.objects.bulk_create(rows)
    analyze()
    if not on_sqlite:
        # As after a vacuum, which a transaction cannot run: until then an index is no quicker than the table.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")


@table("text", ["v1", "v1 w1", "v w", "v1-w1"])
def test_the_index_of_words_has_the_whole_answer(text, monkeypatch):
    words_of_many(customer_with_order())
    monkeypatch.setattr(find, "MOST_ASKED", 10)
    with CaptureQueriesContext(connection) as queries:
        search_text.SearchText(text).ids_if_few(FEW)
    plans = "\n".join(plan_of(query["sql"]) for query in queries).splitlines()
    reads = [line for line in plans if re.search("on customers_searchword|(SEARCH|SCAN).*searchword", line)]

    assert reads
    assert [line for line in reads if ("COVERING INDEX" if on_sqlite else "Index Only Scan") not in line] == []


@pytest.mark.postgres
def test_a_word_of_the_program_before_gets_the_customer_of_its_record():
    record = SourceRecordFactory()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO customers_searchword (source_record_id, word) VALUES (%s, 'before')", [record.pk])
    assert SearchWord.objects.get(word="before").customer == record.customer
