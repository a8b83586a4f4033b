"""What the filters of the merge history let through, and which of their values are refused."""

import pytest

from customers.merging.forms.history_filter import MergeHistoryForm
from customers.merging.merge import merge_keeping_survivor
from customers.models import Merge, MergeBatch, MergeRule
from tests.acts import fresh, merge, undo
from tests.customers.merging.merge_list import LIST, listed, made_at
from tests.exported import ask, rows
from tests.factories import CustomerFactory, customer_with_order
from tests.factories.rules import make_rule
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_merges(admin_user, helena, helen, initial) -> tuple[Merge, Merge]:
    """Of three customers by an admin on the page, and by an API client, which was undone."""
    first = made_at(merge(helena, helen, CustomerFactory(), by=admin_user), "2026-01-05T12:00Z")
    Merge.objects.filter(pk=first.pk).update(batch=MergeBatch.objects.create())
    first.refresh_from_db()
    second = merge_keeping_survivor(initial, *fresh(helena), by=None)
    undo(second)
    return first, second


def rules_of(*merges) -> list[MergeRule]:
    """A rule for each of them, as if it had merged."""
    rules = [make_rule(state="off") for _ in merges]
    for merged, rule in zip(merges, rules, strict=True):
        Merge.objects.filter(pk=merged.pk).update(rule=rule)
    return rules


@table("field", MergeHistoryForm.base_fields)
def test_every_field_of_the_filter_narrows_the_list(as_agent, admin_user, helen, initial, two_merges, field):
    """A new field needs two values here: of the first merge, listed once for two members, and of the second."""
    first, second = two_merges
    of_first, of_second = {
        "customer": (helen.pk, initial.pk),
        "by": (admin_user.pk, "api"),
        "via": ("page", "api"),
        "rule": [rule.pk for rule in rules_of(first, second)],
        "state": ("active", "undone"),
        "since": (None, "2026-01-06"),
        "until": ("2026-01-05", None),
        "batch": (first.batch_id, None),
        "number": (first.pk, second.pk),
    }[field]

    assert listed(as_agent) == [second.pk, first.pk]
    for value, expected in ((of_first, first), (of_second, second)):
        assert value is None or listed(as_agent, **{field: value}) == [expected.pk]


def test_it_is_narrowed_by_who_how_state_and_when(as_agent, agent, admin_user, helena, helen, initial):
    undone = made_at(merge(helena, helen, by=admin_user), "2026-01-12T22:59:00Z")
    undo(undone)
    standing = made_at(merge(*fresh(helena, initial)), "2026-01-13T00:00:00Z")

    for query, merges in [
        ({"by": admin_user.pk}, [undone]),
        ({"by": "api"}, []),
        ({"by": agent.pk}, []),
        ({"state": "undone"}, [undone]),
        ({"state": "active"}, [standing]),
        ({"via": "page"}, [standing, undone]),
        ({"via": "api"}, []),
        ({"since": "2026-01-13"}, [standing]),
        ({"until": "2026-01-12"}, [undone]),
        ({"since": "2026-01-12", "until": "2026-01-13"}, [standing, undone]),
        ({"since": "2026-01-12", "by": "api", "state": "undone"}, []),
    ]:
        assert listed(as_agent, **query) == [made.pk for made in merges], query
        assert [int(row["Merge"]) for row in rows(as_agent, "merges", **query)] == [made.pk for made in merges]


def test_an_api_client_merges_through_the_api_with_the_key_of_any_user(as_agent, agent, helena, helen, initial):
    by_agent = merge(helena, initial, by=agent)
    through_key = merge_keeping_survivor(helen, helena, by=agent)

    assert listed(as_agent, by="api") == [through_key.pk]
    assert listed(as_agent, by=agent.pk) == [through_key.pk, by_agent.pk]
    assert listed(as_agent, by="api", via="page") == []


def test_days_are_those_of_the_readers_calendar(as_agent, agent, helena, helen):
    made = made_at(merge(helena, helen), "2026-01-12T22:59:00Z")
    agent.time_zone = "Asia/Tokyo"
    agent.save()

    assert listed(as_agent, since="2026-01-13") == [made.pk]
    assert listed(as_agent, until="2026-01-12") == []


def test_a_customer_is_named_by_number_or_by_a_search(as_agent, helena, helen, initial):
    inner = merge(helen, initial)
    outer = merge(*fresh(helena, helen))
    merge(customer_with_order(first_name="B", email="b@x.cz"), customer_with_order(first_name="C", email="c@x.cz"))

    for text in (str(helena.pk), "hholy@gmail.com", "helena holy"):
        assert listed(as_agent, customer=text) == [outer.pk, inner.pk]
    assert listed(as_agent, customer=str(initial.pk)) == [inner.pk]
    assert f"Merges of {helena.name}" in as_agent.get(LIST, {"customer": helena.pk}).text
    assert "No customers match “<bdi>xyzzy</bdi>”" in as_agent.get(LIST, {"customer": "xyzzy"}).text


@table(
    ("query", "left_out"),
    [
        ({"since": "31 Feb"}, "From"),
        ({"until": "2026-13-45", "state": "forged"}, "Status, To"),
        ({"by": "²"}, "User"),
        ({"via": "\x00"}, "Method"),
        ({"customer": "x" * 500}, "Customer"),
        ({"customer": "a\x00b"}, "Customer"),
    ],
)
def test_nonsense_is_left_out_and_named(as_agent, helena, helen, query, left_out):
    merged = merge(helena, helen)

    assert listed(as_agent, **query) == [merged.pk]
    assert f"Filters ignored because their values are not valid: {left_out}" in as_agent.get(LIST, query).text
    assert f"These filters are not valid: {left_out}." in ask(as_agent, "merges", **query).text


@table("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days_too(as_agent, day):
    assert as_agent.get(LIST, {"since": day, "until": day}).status_code == 200


def test_methods_that_never_merged_are_not_offered(as_agent, helena, helen):
    merged = merge(helena, helen)
    assert not {"Batch", "Rule"} & offered_methods()
    Merge.objects.filter(pk=merged.pk).update(via="bulk")
    assert {"Batch", "Rule"} & offered_methods() == {"Batch"}


def offered_methods() -> set[str]:
    return {label for _, label in MergeHistoryForm({}).fields["via"].choices}
