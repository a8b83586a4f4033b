"""What a chunk makes is gone when nobody needs it any more, without Python's search for garbage."""

import gc
import weakref

import pytest

from customers.matching.known_people import KnownPeople
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.write import check_chunk, write_chunk
from orders.imports.garbage_collection import rarely_searched
from orders.imports.rows.imported_row import ImportedRow
from orders.models import Import
from tests.factories import DataSourceFactory, customer_with_order, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def _no_search():
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_search")
def test_whom_a_chunk_made_or_found_is_gone_with_its_verdicts(monkeypatch):
    made = []
    monkeypatch.setattr(KnownPeople, "let_go", lambda people, f=KnownPeople.let_go: made.append(people) or f(people))
    shop, known = DataSourceFactory(name="Shop"), customer_with_order(first_name="Ann", email="ann@lee.example")
    customers = [
        person("Shop", first_name="Ann", email="ann@lee.example"),
        person("Shop", first_name="Jane", last_name="Doe", email="jane@doe.example"),
    ]
    rows = [ImportedRow((number,), {}, customer) for number, customer in enumerate(customers, start=1)]
    imported = Import.objects.create(data_source=shop, source_name="Shop", name="a.csv")
    for verdicts in (
        check_chunk(imported, shop, IncomingChunk(rows, shop), now=known.created),
        write_chunk(imported, shop, IncomingChunk(rows, shop)),
    ):
        assert [verdict.outcome for verdict in verdicts] == ["joined", "created"]
    people = [weakref.ref(customer) for chunk in made for customer in chunk.customers.values()]
    assert len(people) == 4
    made.clear()
    del verdicts
    assert not [alive for customer in people if (alive := customer())]


def test_python_searches_for_garbage_again_after_a_chunk():
    with rarely_searched():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
