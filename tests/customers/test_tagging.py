from datetime import UTC, datetime
from decimal import Decimal

import pytest

from customers import merging, tagging, undoing
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
    return merging.merge(merging.plan(survivor, duplicates), by=None, via=Via.PAGE)


def sent(customer, name):
    """A tag that came with the customer's first record, from a data source."""
    return Tag.objects.create(source_record=customer.own_records.order_by("pk").first(), name=name)


def story(customer):
    return [entry.text for entry in HistoryEntry.objects.filter(source_record__customer=customer, kind="tag")]


def test_a_tag_is_put_on_once_and_told_of_once(helena, agent):
    tagging.add(helena, " vip ", by=agent)
    tagging.add(helena, "vip", by=agent)

    assert tagging.tags(helena) == ["vip"]
    assert story(helena) == ["Tagged “vip”."]


def test_a_tag_taken_off_is_gone_whoever_sent_it(helena, agent):
    sent(helena, "newsletter")
    tagging.remove(helena, "newsletter", by=agent)
    tagging.remove(helena, "newsletter", by=agent)

    assert tagging.tags(helena) == []
    assert story(helena) == ["Took off the tag “newsletter”."]


def test_a_tag_taken_off_can_be_put_on_again(helena, agent):
    tagging.add(helena, "vip", by=agent)
    tagging.remove(helena, "vip", by=agent)
    tagging.add(helena, "vip", by=agent)

    assert tagging.tags(helena) == ["vip"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x00b"])
def test_a_name_that_cannot_be_stored_is_refused(name, helena, agent):
    with pytest.raises(tagging.TagError, match="1 to 60 characters"):
        tagging.add(helena, name, by=agent)


def test_the_erased_are_not_tagged(helena, agent):
    Customer.objects.filter(pk=helena.pk).update(erased_at=helena.created)

    with pytest.raises(tagging.TagError, match="was erased"):
        tagging.add(helena, "vip", by=agent)


def test_tagging_somebody_merged_away_tags_the_survivor(helena, double, agent):
    merge(helena, double)
    tagging.add(double, "vip", by=agent)

    assert tagging.tags(helena) == ["vip"]


def test_a_merge_brings_the_tags_together_and_an_undo_gives_both_their_own(helena, double, agent):
    sent(helena, "shop")
    sent(double, "shop")
    tagging.add(double, "vip", by=agent)
    done = merge(helena, double)
    assert sorted(tagging.tags(helena)) == ["shop", "vip"]

    tagging.remove(helena, "shop", by=agent)
    tagging.remove(helena, "vip", by=agent)
    assert tagging.tags(helena) == []

    undoing.undo(done, by=agent)
    assert tagging.tags(helena) == []
    assert sorted(tagging.tags(double)) == ["shop", "vip"]


def test_what_was_taken_off_the_duplicate_does_not_come_back_by_a_merge(helena, double, agent):
    sent(double, "vip")
    tagging.remove(double, "vip", by=agent)
    merge(helena, double)

    assert tagging.tags(helena) == []


def test_what_was_taken_off_the_duplicate_stays_on_the_survivor(helena, double, agent):
    sent(helena, "vip")
    sent(double, "vip")
    tagging.remove(double, "vip", by=agent)
    merge(helena, double)

    assert tagging.tags(helena) == ["vip"]


def test_what_was_taken_off_holds_for_whoever_the_duplicate_had_been_merged_with(helena, double, agent):
    third = customer_with_order(email="third@example.org")
    sent(third, "vip")
    merge(double, third)
    tagging.remove(double, "vip", by=agent)
    merge(helena, Customer.objects.get(pk=double.pk))

    assert tagging.tags(helena) == []


@pytest.mark.parametrize(
    "value", ["gold", "", 12, -1, Decimal("12.50"), True, False, datetime(2026, 1, 12, 14, 32, tzinfo=UTC)]
)
def test_an_attribute_keeps_its_type(value, helena, agent):
    tagging.set_attributes(helena, {"plan": value}, by=agent)

    (attribute,) = tagging.attributes(helena)
    assert tagging.typed(attribute) == value
    assert type(tagging.typed(attribute)) is type(value)


def test_an_attribute_set_by_staff_wins_over_one_that_was_sent(helena, agent):
    Attribute.objects.create(source_record=helena.records.get(), name="plan", kind="string", value="silver")
    tagging.set_attributes(helena, {"plan": "gold"}, by=agent)
    tagging.set_attributes(helena, {"plan": "gold"}, by=agent)

    assert [a.value for a in tagging.attributes(helena)] == ["gold"]
    assert story(helena) == ["Set plan to gold."]


def test_of_two_that_were_sent_the_one_attached_first_wins(helena, double):
    for customer, value in ((helena, "silver"), (double, "gold")):
        Attribute.objects.create(source_record=customer.records.get(), name="plan", kind="string", value=value)
    merge(helena, double)

    assert [a.value for a in tagging.attributes(helena)] == ["silver"]


def test_an_attribute_is_removed_whoever_sent_it(helena, agent):
    Attribute.objects.create(source_record=helena.records.get(), name="plan", kind="string", value="silver")
    tagging.remove_attributes(helena, "plan", by=agent)

    assert tagging.attributes(helena) == []
    assert story(helena) == ["Removed plan, which was silver."]


def test_an_attribute_with_nul_is_refused(helena, agent):
    with pytest.raises(tagging.TagError, match="NUL"):
        tagging.set_attributes(helena, {"plan": "a\x00"}, by=agent)
