"""The next chunk is read by another thread while this one is written: the same rows come, and what is wrong is said."""

import sys
import threading

import pytest
from django.core.files.base import ContentFile
from django.db import connections

from customers.statements import bulk
from orders.imports import run
from orders.imports.batch.new_rows import NewRows
from orders.imports.columns.guess import guess
from orders.imports.errors import TableError
from orders.imports.files.table import open_table
from orders.imports.read_ahead import ReadAhead
from orders.imports.rows.read import Reader
from orders.imports.rows.read_order import OrderReader
from orders.imports.run import import_rows
from orders.imports.stored_file import close_import, create_import, open_import
from orders.models import Import, Order, OrderItem
from tests.factories import DataSourceFactory, ProductFactory

CUSTOMERS = "Customer ID,Email\n" + "".join(f"c{n},jane{n}@doe.example\n" for n in range(7))
ORDERS = "Order ID,Email,Order date,Currency,Total,SKU,Price\n" + "".join(
    f"o{n},jane{n}@doe.example,2026-01-02,USD,5,TEA{n},5\n" for n in range(5)
)


def imported_file(text, *, like=""):
    """By the columns of a file `like` this one."""
    mapping = guess(open_table(ContentFile((like or text).encode()), "a.csv"))
    return create_import(ContentFile(text.encode()), "a.csv", DataSourceFactory(name="Shop"), mapping, by=None)


def numbers(chunk):
    return [row.numbers[0] for row in chunk.rows]


@pytest.fixture
def _two_a_chunk(monkeypatch):
    monkeypatch.setattr(run, "CHUNK", 2)


@pytest.mark.django_db
def test_the_rows_that_were_read_ahead_are_those_that_come_next(monkeypatch):
    imported = imported_file(CUSTOMERS)
    rows, threads = open_import(imported).rows, []
    monkeypatch.setattr(Reader, "rows", lambda *args, f=Reader.rows: threads.append(threading.get_ident()) or f(*args))
    assert numbers(rows.chunk(0, 3)) == [2, 3, 4]
    rows.begin(4, 3)
    assert numbers(rows.chunk(4, 3)) == [5, 6, 7]
    here, apart = threads
    assert here == threading.get_ident() != apart
    close_import(imported)


@pytest.mark.django_db
def test_who_asks_for_other_rows_gets_these():
    imported = imported_file(CUSTOMERS)
    rows = open_import(imported).rows
    rows.begin(4, 3)
    assert numbers(rows.chunk(2, 3)) == [3, 4, 5]
    rows.begin(5, 3)
    assert numbers(rows.chunk(5, 2)) == [6, 7]
    assert numbers(rows.chunk(0, 9)) == [*range(2, 9)]
    close_import(imported)


@pytest.mark.django_db
@pytest.mark.usefixtures("_two_a_chunk")
def test_the_next_chunk_is_read_as_soon_as_all_rows_are_on_their_way(monkeypatch):
    said = []

    def say(owner, name, of):
        act = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *args, **more: said.append(of(*args)) or act(*args, **more))

    say(bulk, "_write", lambda table, *others: table.model.__name__)
    say(ReadAhead, "begin", lambda rows, after, number: f"read behind {after}")
    say(NewRows, "refresh", lambda rows: "refresh")
    imported = imported_file(CUSTOMERS)
    import_rows(imported, 0)
    assert said[-3:] == ["SearchWord", "read behind 3", "refresh"]
    said.clear()
    import_rows(imported, 7)
    assert said[-2:] == ["SearchWord", "refresh"]


@pytest.mark.django_db
def test_a_chunk_that_is_begun_again_reads_the_next_one_once(monkeypatch):
    imported, reads, interval = imported_file(CUSTOMERS), [], sys.getswitchinterval()
    rows = open_import(imported).rows
    monkeypatch.setattr(Reader, "rows", lambda *args, f=Reader.rows: reads.append(args[1]) or f(*args))
    rows.chunk(0, 3)
    rows.begin(4, 3)
    rows.begin(4, 3)
    assert numbers(rows.chunk(4, 3)) == [5, 6, 7]
    assert reads == [0, 4]
    assert sys.getswitchinterval() == interval
    close_import(imported)


@pytest.mark.django_db
@pytest.mark.usefixtures("_two_a_chunk")
def test_a_chunk_that_fails_is_read_again(monkeypatch):
    imported = imported_file(CUSTOMERS)
    import_rows(imported, 0)

    def fail(*args, **more):
        raise RuntimeError

    with monkeypatch.context() as failing:
        failing.setattr(run, "write_chunk", fail)
        with pytest.raises(RuntimeError):
            import_rows(imported, 3)
    chunks = [import_rows(imported, after) for after in (3, 5, 7)]
    assert [chunk.last for chunk in chunks] == [5, 7, 8]
    assert imported.counts == {"created": 7}


@pytest.mark.django_db
@pytest.mark.usefixtures("_two_a_chunk")
@pytest.mark.parametrize("rows", [4, 5])
def test_a_file_that_breaks_off_is_refused_there_and_again_when_it_is_tried_again(rows):
    text = "".join(CUSTOMERS.splitlines(keepends=True)[: rows + 1])
    imported = imported_file(f'{text}c8,"{"x" * 140_000}\n', like=CUSTOMERS)
    assert [import_rows(imported, after).last for after in (0, 3)] == [3, 5]
    for _ in range(2):
        with pytest.raises(TableError):
            import_rows(imported, 5)
    imported.refresh_from_db()
    assert (imported.counts, imported.ended) == ({"created": 4}, None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_two_a_chunk")
def test_products_are_found_by_the_other_thread_which_leaves_no_connection(monkeypatch):
    for number in range(5):
        ProductFactory(sku=f"TEA{number}")
    imported, used = imported_file(ORDERS), []

    def product(reader, sku, find=OrderReader._product):
        found = find(reader, sku)
        used.append((threading.get_ident(), connections["default"]))
        return found

    monkeypatch.setattr(OrderReader, "_product", product)
    places = [import_rows(imported, after).last for after in (0, 3, 5)]
    assert places == [3, 5, 6]
    apart = {connection for thread, connection in used if thread != threading.get_ident()}
    assert len(apart) == 2
    assert not [connection for connection in apart if connection.connection]
    assert [*OrderItem.objects.order_by("pk").values_list("product__sku", flat=True)] == [f"TEA{n}" for n in range(5)]
    assert (Order.objects.count(), Import.objects.get().counts) == (5, {"created": 5})
