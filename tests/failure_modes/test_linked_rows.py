"""Linked rows that were lost, orphaned or moved too far elsewhere. Numbers are those of docs/merging.md."""

from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from customers.models import Attribute, Customer, HistoryEntry, Note, SourceRecord, Tag
from customers.records.registry import linked_models
from orders.intake.order import IncomingPurchase
from orders.models import Fulfillment, Membership, Order, Purchase, Transaction
from tests.acts import dump, fresh, linked_rows, merge, rows, undo
from tests.factories import ProductFactory, customer_with_order, order

pytestmark = pytest.mark.django_db


def with_one_of_each(name: str) -> Customer:
    """A customer with an order, a transaction, a fulfillment, a purchase, a membership, a note, a tag …"""
    customer = customer_with_order(
        first_name=name,
        email=f"{name}@example.org".lower(),
        subscriptions=[IncomingPurchase(ProductFactory(), Decimal("9.90"))],
    )
    record, placed, purchase = customer.records.get(), Order.objects.last(), Purchase.objects.last()
    Transaction.objects.create(
        source_record=record, order=placed, kind="SALE", status="SUCCESS", amount=placed.total, currency="USD"
    )
    Fulfillment.objects.create(source_record=record, order=placed, tracking_number=f"T-{name}")
    Membership.objects.create(source_record=record, club="Vinyl", user_name=name, purchase=purchase)
    Note.objects.create(source_record=record, text=f"Note of {name}")
    Tag.objects.create(source_record=record, name="vip")
    Attribute.objects.create(source_record=record, name="size", kind="string", value=name)
    return customer


def test_01_both_rows_of_a_collision_stay_and_so_does_what_does_not_collide():
    a, b = with_one_of_each("Ada"), with_one_of_each("Bea")
    Tag.objects.create(source_record=b.records.get(), name="only-b")
    before = rows(Tag), rows(Attribute)
    merge(a, b)
    assert (rows(Tag), rows(Attribute)) == before
    assert len(linked_rows(a)["Tag"]) == 3


def test_03_a_value_that_lost_is_read_in_the_change_and_is_back_after_undo():
    a, b = customer_with_order(first_name="Ada"), customer_with_order(first_name="Bea")
    made = merge(a, b, first_name=b)
    assert made.changes.get().values["first_name"] == {"before": "Ada", "after": "Bea", "from": b.pk}
    undo(made)
    assert [c.first_name for c in fresh(a, b)] == ["Ada", "Bea"]


def test_04_two_active_memberships_and_purchases_of_one_plan_both_stay_paid():
    a, b = with_one_of_each("Ada"), with_one_of_each("Bea")
    kept = [rows(model) for model in (Membership, Purchase, Transaction)]
    merge(a, b)
    assert [rows(model) for model in (Membership, Purchase, Transaction)] == kept
    assert len(linked_rows(a)["Membership"]) == 2


def test_05_no_row_points_to_a_parent_of_another_customer():
    a, b = with_one_of_each("Ada"), with_one_of_each("Bea")
    merge(a, b)
    for model in (Transaction, Fulfillment, Purchase):
        assert not model.objects.exclude(order__source_record=models.F("source_record")).exists()


def test_06_an_active_purchase_of_a_duplicate_keeps_its_id_and_its_next_bill_date():
    a, b = with_one_of_each("Ada"), with_one_of_each("Bea")
    purchase = b.records.get().purchase_set.get()
    Purchase.objects.filter(pk=purchase.pk).update(next_bill_date=date(2027, 1, 1))
    merge(a, b)
    kept = Purchase.objects.get(uuid=purchase.uuid)
    assert (kept.next_bill_date, kept.status, kept.source_record.customer) == (date(2027, 1, 1), "ACTIVE", a)


def test_07_source_records_of_both_are_all_there():
    a, b = customer_with_order(first_name="Ada"), customer_with_order(first_name="Bea")
    for customer, email in ((a, "a@example.org"), (b, "b@example.org")):
        SourceRecord.objects.create(
            origin=customer, customer=customer, data_source=customer.records.first().data_source, email=email
        )
    merge(a, b)
    assert a.records.exclude(data_source__name="Staff").count() == 4


def test_08_every_column_of_every_linked_row_is_as_it_was():
    a, b = with_one_of_each("Ada"), with_one_of_each("Bea")
    before = {model: rows(model) for model in linked_models() if model is not HistoryEntry}
    merge(a, b)
    assert {model: rows(model) for model in before} == before


def test_09_no_row_names_what_it_belongs_to_but_by_a_foreign_key():
    generic = {field for model in apps.get_models() for field in model._meta.private_fields}
    named = {field for model in linked_models() for field in model._meta.fields if "content_type" in field.name}
    assert not generic | named


def test_10_every_table_that_knows_customers_is_linked_through_a_source_record():
    """A table that refers to Customer is one of ours that merging knows; any other makes the system check fail."""
    referring = {
        model.__name__
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is Customer
    }
    known = {"Customer", "SourceRecord", "ProfileChange", "Merge", "MergeMember", "NotDuplicate"}
    # Where a user was, which leads to the survivor like any old link; what a user is deciding on, which is made again.
    assert referring == {*known, "Visit", "MergeDraft"}


def test_13_a_bystander_is_the_same_before_and_after():
    a, b, c = with_one_of_each("Ada"), with_one_of_each("Bea"), with_one_of_each("Cleo")

    def of_c():
        return linked_rows(c), Customer.objects.filter(pk=c.pk).values().get(), list(c.records.values())

    before = of_c()
    made = merge(a, b)
    assert of_c() == before
    undo(made)
    assert of_c() == before


def test_14_a_relative_with_the_same_phone_stays_where_they_are():
    phone = "+420 241 770 449"
    a = customer_with_order(first_name="Ada", phone=phone)
    b = customer_with_order(first_name="A.", phone=phone)
    relative = customer_with_order(first_name="Bo", phone=phone)
    merge(a, b)
    assert fresh(relative)[0].is_live
    assert relative.records.count() == 1


def test_15_an_active_membership_is_not_lost_to_an_expired_one():
    a, b = with_one_of_each("Ada"), with_one_of_each("Bea")
    a.records.get().membership_set.update(status="EXPIRED")
    merge(a, b)
    found = Membership.objects.filter(source_record__customer=a).values_list("status", flat=True)
    assert sorted(found) == ["ACTIVE", "EXPIRED"]


def test_16_the_history_of_both_is_there_and_says_where_it_came_from():
    a, b = with_one_of_each("Ada"), with_one_of_each("Bea")
    before = HistoryEntry.objects.count()
    merge(a, b)
    entries = HistoryEntry.objects.filter(source_record__customer=a)
    assert entries.count() == before + 1  # and the merge itself
    assert {entry.source_record.origin_id for entry in entries} == {a.pk, b.pk}


def test_18_tags_of_both_count_once():
    from customers.labels import labels

    a, b = with_one_of_each("Ada"), with_one_of_each("Bea")
    Tag.objects.create(source_record=b.records.get(), name="prague")
    merge(a, b)
    assert sorted(str(tag) for tag in labels.tags(a)) == ["prague", "vip"]


def test_19_and_20_each_of_three_customers_brings_one_row_of_every_kind():
    a, b, c = with_one_of_each("Ada"), with_one_of_each("Bea"), with_one_of_each("Cleo")
    own = {kind: len(pks) for kind, pks in linked_rows(a).items()}
    merge(a, b, c)
    after = {kind: len(pks) for kind, pks in linked_rows(a).items()}
    assert after == {kind: 3 * count + (kind == "HistoryEntry") for kind, count in own.items()}


def test_11_nothing_is_deleted_by_a_merge_or_an_undo():
    a, b = with_one_of_each("Ada"), with_one_of_each("Bea")
    before = {name: {row[0] for row in found} for name, found in dump().items()}
    undo(merge(a, b))
    after = {name: {row[0] for row in found} for name, found in dump().items()}
    assert all(before[name] <= after[name] for name in before)


def test_33_orders_keep_the_names_and_addresses_they_were_placed_with():
    a, b = customer_with_order(first_name="Ada"), customer_with_order(first_name="Bea")
    order(first_name="Ada", last_name="Holý", at=timezone.now())
    before = rows(Order)
    undo(merge(a, b, first_name="Zoe"))
    assert rows(Order) == before
