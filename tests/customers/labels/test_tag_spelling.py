"""A tag is a word: however it is written it is there once, as it was written first."""

import pytest

from customers.labels.attributes import set_attributes
from customers.labels.common import LabelError
from customers.labels.tags import add_tags, remove_tags, tags_of
from customers.models import Attribute, Tag
from tests.customers.labels.test_tags import merge, sent, story
from tests.factories import customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def helena():
    return customer_with_order(email="hholy@gmail.com")


@table("other", ["vip", "Vip", "V\u200bIP", "VIP\u00a0", "VIP\ufeff"])
def test_two_spellings_are_one_tag_and_the_first_stays(helena, agent, other):
    add_tags(helena, "VIP", by=agent)
    add_tags(helena, other, by=agent)
    assert tags_of(helena) == ["VIP"]
    assert story(helena) == ["Added the tag VIP."]


def test_what_two_sources_spell_differently_is_one_tag(helena):
    double = customer_with_order(email="double@example.org")
    sent(helena, "VIP"), sent(double, "vip"), sent(double, "wholesale")
    merge(helena, double)
    assert tags_of(helena) == ["VIP", "wholesale"]


def test_taking_a_tag_off_takes_off_every_spelling(helena, agent):
    sent(helena, "VIP"), sent(helena, "vip")
    remove_tags(helena, "Vip", by=agent)
    assert tags_of(helena) == []


def test_a_tag_put_on_again_is_spelled_as_it_was_typed_then(helena, agent):
    add_tags(helena, "VIP", by=agent)
    remove_tags(helena, "vip", by=agent)
    add_tags(helena, "Vip", by=agent)
    assert tags_of(helena) == ["Vip"]
    assert Tag.objects.count() == 1


@table("name", ["\u200b", " \u2060\u00ad ", "\u3164", "\u2800", "\ufe0f"])
def test_a_name_that_nobody_sees_is_none(helena, agent, name):
    with pytest.raises(LabelError, match="visible characters"):
        add_tags(helena, name, by=agent)
    with pytest.raises(LabelError, match="visible characters"):
        set_attributes(helena, {name: "gold"}, by=agent)
    assert not Tag.objects.exists()
    assert not Attribute.objects.exists()


def test_the_page_asks_for_a_word(as_agent, helena):
    response = as_agent.post(f"/customers/{helena.pk}/tags/add/", {"name": "\u200b"})
    assert response.status_code == 422
    assert "Enter a tag." in response.content.decode()
