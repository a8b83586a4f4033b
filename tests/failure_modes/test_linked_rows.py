"""Linked rows that were lost, orphaned or moved too far elsewhere. Numbers are those of docs/merging.md."""

import pytest
from django.apps import apps
from django.db import models

from customers.models import Customer, HistoryEntry, Tag
from customers.records.registry import linked_models
from tests.acts import fresh, merge, undo
from tests.database import linked_rows, rows
from tests.factories import customer_with_order
from tests.factories.linked_rows import one_of_each

pytestmark = pytest.mark.django_db


def with_one_of_each(name: str) -> Customer:
    """A customer with a row in every linked table and a tag that others have too."""
    customer = customer_with_order(first_name=name, email=f"{name}@example.org".lower())
    record = customer.records.get()
    one_of_each(record)
    Tag.objects.create(source_record=record, name="vip")
    return customer


def all_rows() -> dict[str, list[tuple]]:
    """Every linked row with every column, but for the history, to which each act adds."""
    return {model.__name__: rows(model) for model in linked_models() if model is not HistoryEntry}


def test_01_every_row_of_three_customers_stays_as_it_was_and_is_reached_through_the_survivor():
    """Whatever it is: a tag of all three, a membership, an active purchase, an order with its own addresses, a card."""
    a, b, c = (with_one_of_each(name) for name in ("Ada", "Bea", "Cleo"))
    before, history = all_rows(), rows(HistoryEntry)
    own = [linked_rows(customer) for customer in (a, b, c)]
    records = {record.pk for customer in (a, b, c) for record in customer.records.all()}

    merged = merge(a, b, c)
    assert all_rows() == before
    assert [entry for entry in rows(HistoryEntry) if entry in history] == history
    for kind, keys in linked_rows(a).items():
        assert {key for side in own for key in side[kind]} <= {*keys}, kind
    assert linked_rows(b) == linked_rows(c) == {}
    assert records <= {record.pk for record in a.records.all()}

    undo(merged)
    assert all_rows() == before
    for customer, side in zip((a, b, c), own, strict=True):
        for kind, keys in linked_rows(customer).items():
            assert {*side[kind]} <= {*keys} if kind == "HistoryEntry" else side[kind] == keys, kind


def test_03_a_value_that_lost_is_read_in_the_change_and_is_back_after_undo():
    a, b = customer_with_order(first_name="Ada"), customer_with_order(first_name="Bea")
    merged = merge(a, b, first_name=b)
    assert merged.changes.get().values["first_name"] == {"before": "Ada", "after": "Bea", "from": b.pk}
    undo(merged)
    assert [c.first_name for c in fresh(a, b)] == ["Ada", "Bea"]


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
    # By which id an erased customer was known: such a customer is in no further merge. Who are likely one person, which
    # counts again after an undo, and what staff decided of them. Words of the search, which follow the record.
    known |= {"Visit", "MergeDraft", "HistoryEntry", "ErasedRecord", "LikelyPair", "LikelyAnswer", "SearchWord"}
    # What a second person is asked to confirm: a merge meanwhile makes it another plan, which is not confirmed unseen.
    known |= {"EvidencePair", "MergeRequest"}
    # By which filters a customer is found, noted again after every change.
    known |= {"CombinationMember"}
    assert referring == known


def test_13_a_bystander_is_the_same_before_and_after():
    a, b, c = with_one_of_each("Ada"), with_one_of_each("Bea"), with_one_of_each("Cleo")

    def of_c():
        return linked_rows(c), Customer.objects.filter(pk=c.pk).values().get(), list(c.records.values())

    before = of_c()
    merged = merge(a, b)
    assert of_c() == before
    undo(merged)
    assert of_c() == before


def test_14_a_relative_with_the_same_phone_stays_where_they_are():
    phone = "+420 241 770 449"
    a = customer_with_order(first_name="Ada", phone=phone)
    b = customer_with_order(first_name="A.", phone=phone)
    relative = customer_with_order(first_name="Bo", phone=phone)
    merge(a, b)
    assert fresh(relative)[0].is_live
    assert relative.records.count() == 1


def test_18_tags_of_both_count_once():
    from customers.labels.tags import tags_of

    a, b = customer_with_order(first_name="Ada"), customer_with_order(first_name="Bea")
    for customer, name in ((a, "vip"), (b, "vip"), (b, "prague")):
        Tag.objects.create(source_record=customer.records.get(), name=name)
    merge(a, b)
    assert sorted(str(tag) for tag in tags_of(a)) == ["prague", "vip"]
