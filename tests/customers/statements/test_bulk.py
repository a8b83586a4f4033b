"""Rows that are written as one text are those that the driver would have written, as one by one."""

from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from customers.models import Customer, HistoryEntry, MatchKey
from customers.statements import bulk
from customers.statements.bulk import Rows, copies, plain_text, write_rows, write_tables
from customers.statements.unsaved import unsaved
from orders.models import Order, OrderItem
from tests.factories import DataSourceFactory, order
from tests.tables import table

pytestmark = pytest.mark.django_db


@table("value", ["jane@doe.example", "Zoë", "", "None", "a\tb", "a\nb", "a\rb", "a\\b", "\\N", "50 %", "“‘{}"])
def test_a_text_is_written_as_it_is(value):
    record = order().assigned.record
    MatchKey.objects.all().delete()
    rows = [(record.pk, "email", value), (record.pk, "x", "y")]
    write_tables([Rows(MatchKey, ["source_record_id", "kind", "value"], rows, are_plain=True)])
    assert [*MatchKey.objects.order_by("kind").values_list("kind", "value")] == [("email", value), ("x", "y")]


def test_a_row_is_no_plain_text_where_something_must_be_escaped():
    assert plain_text([(1, "a"), (2, "b")], 2) == "1\ta\n2\tb\n"
    # A mark too many in one row cannot make up for anything in another.
    assert not any(plain_text([(1, text)], 2) for text in ("\t", "\n", "\r", "\\"))


@table("value", ["Zoë", "None", "a\tb", "a\nb\\N", "50 %s", "\\N", "\u2028"])
def test_what_is_the_same_in_all_rows_is_written_as_it_is(value):
    record = order().assigned.record
    entry = unsaved(HistoryEntry, kind="x", sentence=value, values={"source": value})
    rows = [(record.pk, number) for number in ("A", value)]
    write_tables([copies(entry, ["source_record_id", "order_number"], rows)])
    entries = HistoryEntry.objects.filter(kind="x").order_by("pk")
    assert [(row.order_number, row.sentence, row.values, row.by) for row in entries] == [
        (number, value, {"source": value}, None) for number in ("A", value)
    ]


def test_values_of_all_kinds_are_read_as_they_were_written():
    shop, at = DataSourceFactory(name="Shop"), datetime(1999, 12, 31, 23, 59, 59, 5, tzinfo=ZoneInfo("Asia/Kolkata"))
    of_record = order().assigned.record
    address = {"street": 'A "1" \\ \n', "country": "CZ"}
    rows = [
        unsaved(
            Order,
            source_record_id=of_record.pk,
            data_source_id=shop.pk,
            number=number,
            at=at,
            total=total,
            billing_address=address,
            ip_address=ip_address,
            external_id=external_id,
            first_name="Zoë",
        )
        for number, total, ip_address, external_id in (
            ("A", Decimal("1E+2"), None, None),
            ("B", Decimal("0.10"), "2001:db8::1", "\\N"),
        )
    ]
    write_rows(rows)
    stored = Order.objects.filter(number__in="AB").order_by("number")
    assert [(o.number, o.total, o.ip_address, o.external_id) for o in stored] == [
        ("A", 100, None, None),
        ("B", Decimal("0.1"), "2001:db8::1", "\\N"),
    ]
    write_rows([unsaved(OrderItem, order_id=stored[0].pk, amount=1, prorated=is_so) for is_so in (True, False)])
    assert [*stored[0].items.order_by("pk").values_list("prorated", flat=True)] == [True, False]
    assert [(o.at, o.billing_address, o.first_name) for o in stored] == [(at, address, "Zoë")] * 2


def test_bytes_are_written_as_they_are():
    rows = [(unsaved(Customer).uuid, name) for name in (b"", b"\\x\0\xff\t")]
    write_tables([copies(unsaved(Customer), ["uuid", "sort_name"], rows)])
    assert [
        (uuid, bytes(name)) for uuid, name in Customer.objects.order_by("pk").values_list("uuid", "sort_name")
    ] == rows


def keys(record, value):
    return Rows(MatchKey, ["source_record_id", "kind", "value"], [(record.pk, "x", value)])


@pytest.mark.postgres  # SQLite has no COPY, which goes on by itself
def test_rows_are_made_while_the_table_before_is_still_written(monkeypatch):
    record, said, copying = order().assigned.record, [], bulk._copying

    @contextmanager
    def said_copying(model, names):
        said.append("begin")
        with copying(model, names) as copy:
            yield copy
        said.append("end")

    def tables():
        for value in "ab":
            said.append("make")
            yield keys(record, value)

    monkeypatch.setattr(bulk, "_copying", said_copying)
    write_tables(tables(), meanwhile=lambda: said.append("meanwhile"))
    assert said == ["make", "begin", "make", "end", "begin", "meanwhile", "end"]


def test_rows_that_cannot_be_made_leave_the_connection_as_it_was():
    record = order().assigned.record

    def tables():
        yield keys(record, "a")
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction.atomic():
        write_tables(tables())
    write_tables([keys(record, "b")])
    assert [*MatchKey.objects.filter(kind="x").values_list("value", flat=True)] == ["b"]


def test_what_the_database_refuses_is_said_although_it_ends_later():
    record = order().assigned.record
    taken = [(record.customer.uuid, b"")]

    def tables():
        yield copies(unsaved(Customer), ["uuid", "sort_name"], taken)
        yield keys(record, "a")

    with pytest.raises(IntegrityError), transaction.atomic():
        write_tables(tables())
    assert not MatchKey.objects.filter(kind="x").exists()
