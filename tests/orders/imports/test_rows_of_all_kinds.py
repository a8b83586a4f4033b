"""Subscriptions, notes, tags and attributes, as the writer of an import writes them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from customers.models import Attribute, Note, Tag
from customers.rebuild import rebuild
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.verdicts import counts_of
from orders.imports.batch.write import write_chunk
from orders.imports.rows.imported_row import ImportedRow, IncomingSubscription
from orders.models import Import, Purchase
from orders.totals.add import rebuild_totals
from tests.factories import DataSourceFactory, order, person

pytestmark = pytest.mark.django_db
BEGUN = datetime(2026, 1, 2, tzinfo=UTC)


def subscription(external_id, **values):
    return IncomingSubscription(
        external_id, "Club", Decimal(9), "USD", interval_count=1, interval_unit="month", started=BEGUN, **values
    )


def rows():
    ann = person("Shop", external_id="1", first_name="Ann", last_name="Lee")
    bob = person("Shop", external_id="2", first_name="Bob", last_name="Lee")
    return [
        ImportedRow((1,), {}, ann, note="Called.", tags=("VIP", "vip", "New"), attributes={"Size": "M"}),
        ImportedRow((2,), {}, bob, subscription=subscription("s1", next_bill=BEGUN)),
        ImportedRow((3,), {}, bob, subscription=subscription("s2", status="CANCELLED", ends=BEGUN), tags=("New",)),
        ImportedRow((4,), {}, ann, note="Called.", tags=("Vip",), attributes={"Size": "L", "Seats": "4"}),
    ]


def imported(rows):
    shop = DataSourceFactory(name="Shop")
    return write_chunk(
        Import.objects.create(data_source=shop, source_name="Shop", name="a.csv"), shop, IncomingChunk(rows, shop)
    )


def test_subscriptions_notes_tags_and_attributes_are_written_and_nothing_differs():
    ann = order("Shop", external_id="1", first_name="Ann", last_name="Lee").assigned.record
    counts = counts_of(imported(rows()))
    assert (counts["created"], counts["joined"]) == (1, 3)
    assert [*Note.objects.values_list("source_record", "text")] == [(ann.pk, "Called.")]
    assert sorted(Tag.objects.filter(source_record=ann).values_list("name", flat=True)) == ["New", "VIP"]
    assert dict(Attribute.objects.values_list("name", "value")) == {"Size": "M", "Seats": "4"}
    bought = Purchase.objects.order_by("external_id").select_related("product", "source_record__customer")
    assert [(p.external_id, p.product.name, p.price, p.status) for p in bought] == [
        ("s1", "Club", Decimal(9), "ACTIVE"),
        ("s2", "Club", Decimal(9), "CANCELLED"),
    ]
    assert bought[0].source_record.customer.billing_status
    assert [*rebuild(rebuild_totals)] == []


def test_rows_of_all_kinds_change_nothing_the_second_time():
    imported(rows())
    written = [model.objects.count() for model in (Note, Tag, Attribute, Purchase)]
    assert counts_of(imported(rows())) == {"here": 4}
    assert [model.objects.count() for model in (Note, Tag, Attribute, Purchase)] == written
