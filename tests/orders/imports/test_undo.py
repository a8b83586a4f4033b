"""An import undone: what it added goes, what was touched since stays."""

import random

import pytest
from django.apps import apps

from customers.engagement import notes
from customers.models import Customer, SourceRecord
from customers.rebuild import rebuild
from orders.imports.undo import plan_undo, undo_chunk
from orders.imports.write import write_chunk
from orders.models import Import, ImportState, Order
from orders.totals.add import rebuild_totals
from tests.acts import erase, merge
from tests.factories import ProductFactory, make_user
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
            rows[model.__name__] = sorted(model._default_manager.values_list(*columns), key=repr)
    return rows


def import_of(shop, rows):
    imported = Import.objects.create(data_source=shop, source_name=shop.name, name="a.csv", state=ImportState.DONE)
    write_chunk(imported, shop, rows)
    return imported


def people(shop, seed, number=40):
    """Without the ids of customers who were here, whom a row may complete."""
    chance = random.Random(seed)  # noqa: S311
    product = ProductFactory(name="Club", interval_count=1, interval_unit="month")
    rows = [row(chance, shop, n, product) for n in range(1, number + 1)]
    return [r for r in rows if r.customer.external_id != "c1"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_the_undo_of_an_untouched_import_everything_is_as_before(world, seed):
    rows = people(world, seed)
    before = everything()
    imported = import_of(world, rows)
    assert everything() != before
    plan = plan_undo(imported)
    assert (plan.kept, plan.customers > 0, plan.orders > 0) == (0, True, True)
    undone = undo_chunk(imported, 0, by=None)
    assert undone.is_last
    after = everything()
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert Import.objects.get().state == ImportState.UNDONE
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
