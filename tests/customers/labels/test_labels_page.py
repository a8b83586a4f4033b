import pytest

from customers.labels.attributes import attributes_of, parse_value, set_attributes
from customers.labels.tags import add_tags, tags_of
from customers.models import Attribute, Customer, HistoryEntry
from tests.acts import merge
from tests.factories import customer_with_order, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def helena():
    return customer_with_order(email="hholy@gmail.com")


def act(client, customer, what, /, **data):
    return client.post(f"/customers/{customer.pk}/{what}/", data)


def attributes(customer):
    return {attribute.name: parse_value(attribute) for attribute in attributes_of(customer)}


def test_a_tag_is_put_on_in_the_head_and_taken_off_there(as_agent, agent, helena):
    assert act(as_agent, helena, "tags/add", name=" vip ", from_head="").url == f"/customers/{helena.pk}/"
    assert 'aria-label="Remove tag vip"' in as_agent.get(f"/customers/{helena.pk}/").text
    assert act(as_agent, helena, "tags/remove", name="vip", from_head="").url == f"/customers/{helena.pk}/"

    assert tags_of(helena) == []
    entries = HistoryEntry.objects.filter(kind="tag", by=agent).order_by("pk")
    assert [entry.text for entry in entries] == ["Added the tag vip.", "Removed the tag vip."]


def test_twice_the_same_is_once(as_agent, helena):
    for _ in range(2):
        act(as_agent, helena, "tags/add", name="vip")
        act(as_agent, helena, "attributes/set", name="Size", kind="integer", value="7")
    for _ in range(2):
        act(as_agent, helena, "attributes/remove", name="Size")

    assert HistoryEntry.objects.filter(kind="tag").count() == 3


@table(
    ("kind", "text", "value"),
    [
        ("string", "<b>7</b>", "<b>7</b>"),
        ("integer", "-12", "-12"),
        ("decimal", "7.50", "7.50"),
        ("timestamp", "2026-01-12 14:32", "2026-01-12T14:32:00+00:00"),
        ("timestamp", "2026-01-12", "2026-01-12T00:00:00+00:00"),
        ("boolean", "Yes", "true"),
    ],
)
def test_an_attribute_is_set_by_its_type_and_shown(kind, text, value, as_agent, helena):
    act(as_agent, helena, "attributes/set", name="Thing", kind=kind, value=text)

    assert [(attribute.kind, attribute.value) for attribute in Attribute.objects.all()] == [(kind, value)]
    page = as_agent.get(f"/customers/{helena.pk}/labels/?attribute=Thing").text
    assert "<bdi>Thing</bdi>: <strong" in page
    assert "<b>7" not in page


@table(
    ("kind", "text", "said"),
    [
        ("integer", "7.5", "Enter a whole number such as 12."),
        ("integer", "٣" * 3, "Enter a whole number such as 12."),
        ("integer", "9" * 31, "Enter a whole number such as 12."),
        ("decimal", "NaN", "Enter a number such as 7.5."),
        ("decimal", "1e999", "Enter a number such as 7.5."),
        ("decimal", "seven", "Enter a number such as 7.5."),
        ("timestamp", "2026-02-31", "Enter a time such as 2026-01-12 14:32."),
        ("timestamp", "soon", "Enter a time such as 2026-01-12 14:32."),
        ("boolean", "maybe", "Enter yes or no."),
        ("string", "v" * 1001, "Use 1000 characters or fewer. This has 1001."),
        ("string", " ", "Enter a value."),
        ("colour", "x", "Select a valid choice."),
    ],
)
def test_a_value_that_is_not_of_its_type_is_refused_and_kept(kind, text, said, as_agent, helena):
    response = act(as_agent, helena, "attributes/set", name="Thing", kind=kind, value=text)

    assert response.status_code == 422
    assert said in response.text
    assert 'value="Thing"' in response.text
    assert not Attribute.objects.exists()


@table(("name", "said"), [("", "Enter a tag."), ("t" * 61, "This has 61."), ("a\x00b", "Null characters")])
def test_a_tag_that_is_no_word_is_refused(name, said, as_agent, helena):
    response = act(as_agent, helena, "tags/add", name=name)

    assert response.status_code == 422
    assert said in response.text


def test_what_a_merge_brought_is_taken_off_here_and_comes_back_with_its_customer(as_agent, helena):
    other = customer_with_order(email="other@example.org")
    add_tags(other, "slow", by=None)
    merge(helena, other)
    act(as_agent, helena, "tags/remove", name="slow")

    assert tags_of(Customer.objects.get(pk=helena.pk)) == []


def test_a_viewer_sees_tags_without_buttons(viewer, helena):
    add_tags(helena, "vip", by=None)
    client = signed_in(viewer)

    page = client.get(f"/customers/{helena.pk}/").text
    assert "vip" in page
    assert "Remove tag" not in page
    assert "+ Tag" not in page
    assert act(client, helena, "tags/add", name="x").status_code == 403


def test_attributes_stand_folded_among_further_values(as_agent, helena):
    for n in range(8):
        set_attributes(helena, {f"Fact {n}": n}, by=None)
    page = as_agent.get(f"/customers/{helena.pk}/").text

    folded = page.partition("<summary>15 more values")[2].partition("</details>")[0]
    assert "Fact 0" in folded
    assert "Fact 7" in folded
