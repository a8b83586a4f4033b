"""An import undone: what it added goes, what was touched since stays."""

import random
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from customers.engagement import notes
from customers.models import Customer, Event, Note, SourceRecord
from customers.rebuild import rebuild
from orders.imports import row_stretches, undo_plan
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.write import write_chunk
from orders.imports.rows.imported_row import ImportedRow
from orders.imports.undo import undo_chunk
from orders.imports.undo_plan import plan_stretch, plan_undo
from orders.intake.order import IncomingOrder
from orders.models import Import, ImportState, Order
from orders.totals.add import rebuild_totals
from tests.acts import erase, merge
from tests.factories import ProductFactory, make_user, order, person
from tests.orders.imports.test_same_as_intake import row, world

pytestmark = pytest.mark.django_db
__all__ = ["world"]

AUDIT = {"Import", "ImportRow", "Event", "DeletedRow", "Permission", "ContentType", "User", "Migration"}
CACHED = {"updated", "holders"}


def everything():
    """All rows of all tables but those that tell of the import, without the times and counts that only grow."""
    rows = {}
    for model in apps.get_models():
        if model.__name__ not in AUDIT:
            columns = [field.attname for field in model._meta.concrete_fields if field.name not in CACHED]
            stored = model._default_manager.all()
            stored = stored.filter(erased_at=None) if model is Customer else stored  # tombstones stay
            rows[model.__name__] = sorted(stored.values_list(*columns), key=repr)
    return rows


def import_of(shop, rows):
    imported = Import.objects.create(data_source=shop, source_name=shop.name, name="a.csv", state=ImportState.DONE)
    write_chunk(imported, shop, IncomingChunk(rows, shop))
    imported.ended = timezone.now()
    imported.save()
    return imported


def people(shop, seed, number=40):
    chance = random.Random(seed)  # noqa: S311 - the same rows each time
    product = ProductFactory(name="Club", interval_count=1, interval_unit="month")
    return [row(chance, shop, n, product) for n in range(1, number + 1)]


def undo_all(imported):
    """Chunk by chunk; who is named as kept."""
    undone, kept = undo_chunk(imported, 0, by=None), []
    while not undone.is_last:
        kept += undone.kept
        undone = undo_chunk(imported, undone.last, by=None)
    return [customer.pk for customer in [*kept, *undone.kept]]


# The rule is ours, whatever the database: on PostgreSQL, one stands for the others.
SEEDS = [1, 2, 3] if connection.vendor == "sqlite" else [1]


@pytest.mark.parametrize("seed", SEEDS)
def test_after_the_undo_of_an_untouched_import_everything_is_as_before(world, seed, monkeypatch):
    monkeypatch.setattr(row_stretches, "LENGTH", 7)
    rows = people(world, seed)
    before = everything()
    imported = import_of(world, rows)
    assert everything() != before
    plan = plan_undo(imported)
    assert (plan.kept, plan.customers > 0, plan.orders > 0) == (0, True, True)
    assert undo_all(imported) == []
    after = everything()
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert Import.objects.get().state == ImportState.UNDONE
    erased = Event.objects.filter(kind="customer.erased").values_list("customer", flat=True)
    assert {*Customer.objects.exclude(erased_at=None).values_list("pk", flat=True)} == {*erased}
    assert [*rebuild(rebuild_totals)] == []


def test_who_was_touched_since_stays_and_is_named_beforehand(world):
    user = make_user("margaret")
    imported = import_of(world, people(world, 1))
    new = Customer.objects.filter(records__in=imported.rows.filter(is_new_customer=True).values("source_record"))
    noted, survivor, duplicate, *_ = new.order_by("pk")
    notes.add(noted, {"text": "Called."}, by=user)
    merge(survivor, duplicate)
    kept = plan_undo(imported)
    assert [customer.pk for customer in kept.named] == [noted.pk, survivor.pk]
    orders = Order.objects.filter(source_record__customer__in=[noted.pk, survivor.pk]).count()
    assert [customer.pk for customer in undo_chunk(imported, 0, by=user).kept] == [noted.pk, survivor.pk]
    left = SourceRecord.objects.filter(pk__in=imported.rows.values("source_record"))
    assert set(left.values_list("customer", flat=True)) == {noted.pk, survivor.pk}
    assert Order.objects.filter(source_record__customer__in=[noted.pk, survivor.pk]).count() == orders
    assert [*rebuild(rebuild_totals)] == []


def test_what_rows_far_apart_brought_to_one_customer_is_kept_and_named_once(world, monkeypatch):
    monkeypatch.setattr(row_stretches, "LENGTH", 2)
    helena = SourceRecord.objects.get(external_id="c1", data_source=world)
    customer = person("Shop", external_id="c1")
    rows = [ImportedRow((n,), {}, customer, order=IncomingOrder(customer, Decimal(n), "USD")) for n in (1, 2, 3, 4, 5)]
    rows[1], rows[3] = (ImportedRow((n,), {}, customer, note=f"Call {n}.") for n in (2, 4))
    imported = import_of(world, rows)
    for note in Note.objects.all():
        notes.edit(note, {"text": "Called twice."}, by=None)
    assert plan_undo(imported).kept == 1
    assert undo_all(imported) == [helena.customer_id]
    assert [*imported.rows.order_by("number").values_list("number", flat=True)] == [2, 4]
    assert Note.objects.filter(source_record=helena).count() == 2
    assert not Order.objects.filter(source_record=helena, total__in=[1, 3, 5]).exists()
    assert [*rebuild(rebuild_totals)] == []


def test_what_a_row_completed_goes_back_unless_it_was_said_again(world):
    record = SourceRecord.objects.get(external_id="c1", data_source=world)
    row = ImportedRow((1,), {}, person("Shop", external_id="c1", phone="0043 316 877 6543"))
    imported = import_of(world, [row])
    record.refresh_from_db()
    assert record.phone
    assert undo_all(imported) == []
    record.refresh_from_db()
    assert (record.phone, imported.rows.count()) == ("", 0)
    imported = import_of(world, [row])
    order(external_id="c1", email="jane@doe.example", first_name="Jane", last_name="Doe", phone="0043 316 877 6543")
    assert undo_all(imported) == [record.customer_id]
    record.refresh_from_db()
    assert record.phone
    assert [*rebuild(rebuild_totals)] == []


def test_of_a_long_file_a_plan_looks_at_the_first_rows_and_counts_the_others(world, monkeypatch):
    monkeypatch.setattr(row_stretches, "LENGTH", 5)
    monkeypatch.setattr(undo_plan, "LENGTH", 5)
    imported = import_of(world, people(world, 1))
    whole = plan_undo(imported)
    monkeypatch.setattr(undo_plan, "MOST_LOOKED_AT", 10)
    part = plan_undo(imported)
    assert plan_stretch(imported, 0).last == 5
    assert (part.customers, part.unchecked) == (whole.customers, imported.rows.exclude(outcome="here").count() - 10)


def test_a_file_that_was_undone_is_imported_again(world):
    rows = people(world, 2)
    imported = import_of(world, rows)
    first = imported.rows.count()
    undo_chunk(imported, 0, by=None)
    assert imported.rows.count() == 0
    assert import_of(world, rows).rows.exclude(outcome="here").count() > 0
    assert first > 0


def test_who_is_erased_takes_along_what_the_import_says_of_them(world):
    imported = import_of(world, people(world, 1))
    erased = Customer.objects.filter(records__in=imported.rows.filter(is_new_customer=True).values("source_record"))[0]
    about = imported.rows.filter(source_record__customer=erased)
    assert about.exists()
    numbers = [*about.values_list("number", flat=True)]
    erase(erased)
    assert not imported.rows.filter(number__in=numbers).exists()
