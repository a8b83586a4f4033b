from datetime import UTC, datetime
from decimal import Decimal

import pytest

from customers.labels import labels
from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.merging.undo import undo_merge
from customers.models import Attribute, Customer, HistoryEntry, Tag, Via
from tests.factories import customer_with_order

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
    labels.add(helena, " vip ", by=agent)
    labels.add(helena, "vip", by=agent)

    assert labels.tags(helena) == ["vip"]
    assert story(helena) == ["Added the tag vip."]


def test_a_tag_taken_off_is_gone_whoever_sent_it(helena, agent):
    sent(helena, "newsletter")
    labels.remove(helena, "newsletter", by=agent)
    labels.remove(helena, "newsletter", by=agent)

    assert labels.tags(helena) == []
    assert story(helena) == ["Removed the tag newsletter."]


def test_a_tag_taken_off_can_be_put_on_again(helena, agent):
    labels.add(helena, "vip", by=agent)
    labels.remove(helena, "vip", by=agent)
    labels.add(helena, "vip", by=agent)

    assert labels.tags(helena) == ["vip"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x00b"])
def test_a_name_that_cannot_be_stored_is_refused(name, helena, agent):
    with pytest.raises(labels.TagError, match="1 to 60 visible characters"):
        labels.add(helena, name, by=agent)


def test_the_erased_are_not_tagged(helena, agent):
    Customer.objects.filter(pk=helena.pk).update(erased_at=helena.created)

    with pytest.raises(labels.TagError, match="was erased"):
        labels.add(helena, "vip", by=agent)


def test_tagging_somebody_merged_away_tags_the_survivor(helena, double, agent):
    merge(helena, double)
    labels.add(double, "vip", by=agent)

    assert labels.tags(helena) == ["vip"]


def test_a_merge_brings_the_tags_together_and_an_undo_gives_both_their_own(helena, double, agent):
    sent(helena, "shop")
    sent(double, "shop")
    labels.add(double, "vip", by=agent)
    done = merge(helena, double)
    assert sorted(labels.tags(helena)) == ["shop", "vip"]

    labels.remove(helena, "shop", by=agent)
    labels.remove(helena, "vip", by=agent)
    assert labels.tags(helena) == []

    undo_merge(done, by=agent)
    assert labels.tags(helena) == []
    assert sorted(labels.tags(double)) == ["shop", "vip"]


def test_what_was_taken_off_the_duplicate_does_not_come_back_by_a_merge(helena, double, agent):
    sent(double, "vip")
    labels.remove(double, "vip", by=agent)
    merge(helena, double)

    assert labels.tags(helena) == []


def test_what_was_taken_off_the_duplicate_stays_on_the_survivor(helena, double, agent):
    sent(helena, "vip")
    sent(double, "vip")
    labels.remove(double, "vip", by=agent)
    merge(helena, double)

    assert labels.tags(helena) == ["vip"]


def test_what_was_taken_off_holds_for_whoever_the_duplicate_had_been_merged_with(helena, double, agent):
    third = customer_with_order(email="third@example.org")
    sent(third, "vip")
    merge(double, third)
    labels.remove(double, "vip", by=agent)
    merge(helena, Customer.objects.get(pk=double.pk))

    assert labels.tags(helena) == []


@pytest.mark.parametrize(
    "value", ["gold", "", 12, -1, Decimal("12.50"), True, False, datetime(2026, 1, 12, 14, 32, tzinfo=UTC)]
)
def test_an_attribute_keeps_its_type(value, helena, agent):
    labels.set_attributes(helena, {"plan": value}, by=agent)

    (attribute,) = labels.attributes(helena)
    assert labels.parse_value(attribute) == value
    assert type(labels.parse_value(attribute)) is type(value)


def test_an_attribute_set_by_staff_wins_over_one_that_was_sent(helena, agent):
    Attribute.objects.create(source_record=helena.records.get(), name="plan", kind="string", value="silver")
    labels.set_attributes(helena, {"plan": "gold"}, by=agent)
    labels.set_attributes(helena, {"plan": "gold"}, by=agent)

    assert [a.value for a in labels.attributes(helena)] == ["gold"]
    assert story(helena) == ["Attribute plan changed from silver to gold."]


def test_of_two_that_were_sent_the_one_attached_first_wins(helena, double):
    for customer, value in ((helena, "silver"), (double, "gold")):
        Attribute.objects.create(source_record=customer.records.get(), name="plan", kind="string", value=value)
    merge(helena, double)

    assert [a.value for a in labels.attributes(helena)] == ["silver"]


def test_an_attribute_is_removed_whoever_sent_it(helena, agent):
    Attribute.objects.create(source_record=helena.records.get(), name="plan", kind="string", value="silver")
    labels.remove_attributes(helena, "plan", by=agent)

    assert labels.attributes(helena) == []
    assert story(helena) == ["Attribute plan removed. It was silver."]


def test_an_attribute_with_nul_is_refused(helena, agent):
    with pytest.raises(labels.TagError, match="NUL"):
        labels.set_attributes(helena, {"plan": "a\x00"}, by=agent)
