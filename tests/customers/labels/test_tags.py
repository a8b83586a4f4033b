from datetime import UTC, datetime
from decimal import Decimal

import pytest

from customers.labels.attributes import attributes_of, parse_value, remove_attributes, set_attributes
from customers.labels.common import LabelError
from customers.labels.tags import add_tags, remove_tags, tags_of
from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.merging.undo import undo_merge
from customers.models import Attribute, Customer, HistoryEntry, Tag, Via
from tests.factories import customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def helena():
    return customer_with_order(email="hholy@gmail.com")


@pytest.fixture
def double():
    return customer_with_order(email="double@example.org")


def merge(survivor, *duplicates):
    return merge_customers(plan_merge(survivor, duplicates), by=None, via=Via.PAGE)


def sent(customer, name):
    """A tag that came with the customer's first record, from a data source."""
    return Tag.objects.create(source_record=customer.own_records.order_by("pk").first(), name=name)


def story(customer):
    return [entry.text for entry in HistoryEntry.objects.filter(source_record__customer=customer, kind="tag")]


def test_a_tag_is_put_on_once_and_told_of_once(helena, agent):
    add_tags(helena, " vip ", by=agent)
    add_tags(helena, "vip", by=agent)

    assert tags_of(helena) == ["vip"]
    assert story(helena) == ["Added the tag vip."]


def test_a_tag_taken_off_is_gone_whoever_sent_it(helena, agent):
    sent(helena, "newsletter")
    remove_tags(helena, "newsletter", by=agent)
    remove_tags(helena, "newsletter", by=agent)

    assert tags_of(helena) == []
    assert story(helena) == ["Removed the tag newsletter."]


def test_a_tag_taken_off_can_be_put_on_again(helena, agent):
    add_tags(helena, "vip", by=agent)
    remove_tags(helena, "vip", by=agent)
    add_tags(helena, "vip", by=agent)

    assert tags_of(helena) == ["vip"]


@table("name", ["", "  ", "x" * 61, "a\x00b"])
def test_a_name_that_cannot_be_stored_is_refused(name, helena, agent):
    with pytest.raises(LabelError, match="1 to 60 visible characters"):
        add_tags(helena, name, by=agent)


def test_the_erased_are_not_tagged(helena, agent):
    Customer.objects.filter(pk=helena.pk).update(erased_at=helena.created)

    with pytest.raises(LabelError, match="was erased"):
        add_tags(helena, "vip", by=agent)


def test_tagging_somebody_merged_away_tags_the_survivor(helena, double, agent):
    merge(helena, double)
    add_tags(double, "vip", by=agent)

    assert tags_of(helena) == ["vip"]


def test_a_merge_brings_the_tags_together_and_an_undo_gives_both_their_own(helena, double, agent):
    sent(helena, "shop")
    sent(double, "shop")
    add_tags(double, "vip", by=agent)
    done = merge(helena, double)
    assert sorted(tags_of(helena)) == ["shop", "vip"]

    remove_tags(helena, "shop", by=agent)
    remove_tags(helena, "vip", by=agent)
    assert tags_of(helena) == []

    undo_merge(done, by=agent)
    assert tags_of(helena) == []
    assert sorted(tags_of(double)) == ["shop", "vip"]


def test_what_was_taken_off_the_duplicate_does_not_come_back_by_a_merge(helena, double, agent):
    sent(double, "vip")
    remove_tags(double, "vip", by=agent)
    merge(helena, double)

    assert tags_of(helena) == []


def test_what_was_taken_off_the_duplicate_stays_on_the_survivor(helena, double, agent):
    sent(helena, "vip")
    sent(double, "vip")
    remove_tags(double, "vip", by=agent)
    merge(helena, double)

    assert tags_of(helena) == ["vip"]


def test_what_was_taken_off_holds_for_whoever_the_duplicate_had_been_merged_with(helena, double, agent):
    third = customer_with_order(email="third@example.org")
    sent(third, "vip")
    merge(double, third)
    remove_tags(double, "vip", by=agent)
    merge(helena, Customer.objects.get(pk=double.pk))

    assert tags_of(helena) == []


def test_a_tag_added_since_the_merge_stays_with_the_survivor(helena, double, agent):
    sent(double, "newsletter")
    merged = merge(helena, double)
    add_tags(helena, "vip", by=agent)
    undo_merge(merged, by=agent)

    assert tags_of(helena) == ["vip"]
    assert tags_of(double) == ["newsletter"]


@table("value", ["gold", "", 12, -1, Decimal("12.50"), True, False, datetime(2026, 1, 12, 14, 32, tzinfo=UTC)])
def test_an_attribute_keeps_its_type(value, helena, agent):
    set_attributes(helena, {"plan": value}, by=agent)

    (attribute,) = attributes_of(helena)
    assert parse_value(attribute) == value
    assert type(parse_value(attribute)) is type(value)


def test_an_attribute_set_by_staff_wins_over_one_that_was_sent(helena, agent):
    Attribute.objects.create(source_record=helena.records.get(), name="plan", kind="string", value="silver")
    set_attributes(helena, {"plan": "gold"}, by=agent)
    set_attributes(helena, {"plan": "gold"}, by=agent)

    assert [a.value for a in attributes_of(helena)] == ["gold"]
    assert story(helena) == ["Attribute plan changed from silver to gold."]


def test_of_two_that_were_sent_the_one_attached_first_wins(helena, double):
    for customer, value in ((helena, "silver"), (double, "gold")):
        Attribute.objects.create(source_record=customer.records.get(), name="plan", kind="string", value=value)
    merge(helena, double)

    assert [a.value for a in attributes_of(helena)] == ["silver"]


def test_an_attribute_is_removed_whoever_sent_it(helena, agent):
    Attribute.objects.create(source_record=helena.records.get(), name="plan", kind="string", value="silver")
    remove_attributes(helena, "plan", by=agent)

    assert attributes_of(helena) == []
    assert story(helena) == ["Attribute plan removed. It was silver."]


def test_an_attribute_with_nul_is_refused(helena, agent):
    with pytest.raises(LabelError, match="NUL"):
        set_attributes(helena, {"plan": "a\x00"}, by=agent)
