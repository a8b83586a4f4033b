"""What stays: the tombstone, who else was touched, and everybody else."""

from decimal import Decimal

import pytest
from django.db import connection

from customers.credit import credit
from customers.erasing.delete_rows import rows, tables
from customers.erasing.erase import plan_erasure
from customers.merging.undo_plan import UndoError
from customers.models import (
    Customer,
    HistoryEntry,
    Merge,
    MergeMember,
    NotDuplicate,
    PaySource,
    ProfileChange,
    SharedValue,
    SourceRecord,
)
from customers.search.first_found import first_found
from orders.models import Order, Transaction
from tests.acts import erase, fresh, merge, rebuild, undo
from tests.customers.erasing.marked_rows import MARK, OTHER, PERSON, mark_rows
from tests.database import dump
from tests.factories import customer_with_order, lead_of, order, person
from tests.factories.linked_rows import linked_row

pytestmark = pytest.mark.django_db


def test_nothing_of_anybody_else_is_touched(zyx):
    bjorn = customer_with_order(**OTHER)
    theirs = bjorn.records.first()
    mark_rows(theirs)

    def rows_of_bjorn() -> list[list[tuple]]:
        return [list(rows(model, [theirs.pk]).order_by("pk").values_list()) for model in tables()]

    before, all_before = rows_of_bjorn(), dump()
    erase(zyx)

    assert sum(map(bool, before)) > 15
    assert rows_of_bjorn() == before
    all_after = dump()
    assert {name for name in all_after if not set(map(repr, all_after[name])) <= set(map(repr, all_before[name]))} == {
        "Customer",
        "DeletedRow",
        "Erasure",
        "ErasedRecord",
        "Event",
        "PhaseSum",
        "ProfileChange",
    }


def test_a_tombstone_keeps_number_and_uuid_and_nothing_else(zyx):
    erase(zyx)

    stone = Customer.objects.get(pk=zyx.pk)
    assert (stone.uuid, stone.name, stone.is_live) == (zyx.uuid, f"Erased customer {zyx.pk}", False)
    assert stone.version == zyx.version + 1
    assert stone.updated > zyx.updated
    assert not stone.records.exists()


def test_the_deletion_is_on_record_with_how_much_went(zyx, agent):
    merge(zyx, customer_with_order(**OTHER))
    made = erase(zyx, by=agent)

    assert (made.uuid, made.by) == (zyx.uuid, agent)
    assert made.counts["customers"] == 2
    assert made.counts["orders"] == 3
    assert made.counts["source records"] == 3
    assert not {"match keys", "search words"} & made.counts.keys()


def test_whoever_was_merged_into_them_goes_too_however_deep(zyx):
    middle, leaf = customer_with_order(**OTHER), customer_with_order(first_name="Leaf")
    merge(middle, leaf)
    merge(zyx, middle)
    plan = plan_erasure(fresh(zyx)[0])
    assert plan.merged == [middle, leaf]
    erase(zyx)

    assert Customer.objects.filter(erased_at=None).count() == 0
    assert Order.objects.count() == 0
    for made in Merge.objects.all():
        with pytest.raises(UndoError, match="erased"):
            undo(made)
    assert rebuild() == "Nothing differed."


def test_who_came_back_before_is_not_erased_with_the_survivor(zyx):
    bjorn = customer_with_order(**OTHER)
    merged = merge(zyx, bjorn)
    undo(merged)
    erase(zyx)

    assert fresh(bjorn)[0].is_live
    assert Order.objects.filter(source_record__customer=bjorn).count() == 1
    [entry] = HistoryEntry.objects.filter(source_record__customer=bjorn, kind="undo")
    assert entry.text == f"Restored: the merge into Erased customer {zyx.pk} was undone."
    assert MergeMember.objects.get(duplicate=bjorn).records
    assert not NotDuplicate.objects.exists()


def test_the_erased_is_found_by_nothing_and_comes_again_as_somebody_new(zyx):
    erase(zyx)

    for text in (MARK, PERSON["email"], PERSON["phone"], str(zyx.pk), zyx.uuid, "Z-1"):
        assert not first_found(text), text
    again = order(**PERSON, external_id="Z-1")
    assert again.assigned.kind == "new"
    assert again.assigned.record.customer_id != zyx.pk


def test_a_shared_value_that_two_others_have_stays():
    everybody = [customer_with_order(**PERSON | {"phone": f"+42060233091{n}"}) for n in range(3)]
    SharedValue.objects.get_or_create(kind="email", value=PERSON["email"])
    erase(everybody[0])

    assert SharedValue.objects.filter(kind="email", value=PERSON["email"]).exists()


def test_a_row_of_another_that_names_one_of_theirs_is_kept_without_it(zyx):
    bjorn = customer_with_order(**OTHER)
    record = bjorn.records.first()
    card = PaySource.objects.filter(source_record__customer=zyx).first()
    paid = linked_row(Transaction, record, pay_source=card)
    paid.save()
    Customer.objects.filter(pk=bjorn.pk).update(pay_source=card)
    erase(zyx)

    paid.refresh_from_db()
    assert paid.pay_source is None
    assert fresh(bjorn)[0].pay_source is None
    connection.check_constraints()


def test_credit_is_not_given_to_the_erased(zyx):
    erase(zyx)
    with pytest.raises(credit.CreditError, match="erased"):
        credit.adjust(zyx, Decimal(5), "USD", reason="gift", by=None)
    assert not SourceRecord.objects.filter(origin=zyx).exists()


def test_an_unfinished_lead_of_the_same_name_is_a_new_customer_too(zyx):
    erase(zyx)
    assert lead_of(person(**PERSON)).kind == "new"
    assert not ProfileChange.objects.filter(customer=zyx).exclude(values={}).exists()
