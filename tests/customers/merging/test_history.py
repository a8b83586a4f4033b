"""The pages of the merge history: what they say, and how one follows the other."""

import pytest
from django.utils import timezone

from customers.models import Customer, Merge, MergeMember
from tests.acts import erase, fresh, merge, undo
from tests.customers.merging.merge_list import LIST, listed
from tests.exported import rows
from tests.factories import CustomerFactory
from tests.tables import table

pytestmark = pytest.mark.django_db
# session, user with permissions; who merges; methods; rules; merges, members, totals
QUERIES = 8


def undone_like(made: Merge, number: int) -> list[int]:
    """As if it had been made and undone so many times more."""
    made.refresh_from_db()
    member = made.members.get()
    merges = [
        Merge.objects.create(
            survivor=made.survivor,
            survivor_name=made.survivor_name,
            via=made.via,
            fingerprint=str(n),
            undone_at=made.undone_at,
        )
        for n in range(number)
    ]
    about = {name: getattr(member, name) for name in ("duplicate", "duplicate_name", "records", "undone_at")}
    MergeMember.objects.bulk_create(MergeMember(merge=merge, **about) for merge in merges)
    return [merge.pk for merge in merges]


def link(page: str, rel: str) -> str:
    return page.split(f'rel="{rel}"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")


def test_the_list_names_who_merged_whom_newest_first(as_agent, admin_user, helena, helen, initial):
    first = merge(helena, helen, by=admin_user)
    second = merge(helena, initial)
    undo(second)
    Merge.objects.filter(pk=first.pk).update(reason="Called in")

    assert listed(as_agent) == [second.pk, first.pk]
    page = as_agent.get(LIST).text
    shown = ("“<bdi>Called in</bdi>”", "Jane Peacock", "Web", "Active", "API client", "Undone ")
    for text in (f"Helena Holy ({helen.pk})", *shown):
        assert text in page


def test_a_merge_that_is_undone_in_part_says_so(as_agent, helena, helen, initial):
    merged = merge(helena, helen, initial)
    undo(merged, helen)

    assert "Partly undone" in as_agent.get(LIST).text
    assert rows(as_agent, "merges")[0]["Status"] == "Partly undone"


def test_a_merge_of_many_names_the_first(as_agent, helena):
    merge(helena, *(CustomerFactory(first_name="Jan") for _ in range(7)))

    assert "and 2 more" in as_agent.get(LIST).text


def test_the_pages_lead_both_ways_with_as_many_queries(as_agent, helena, helen, django_assert_num_queries):
    first = merge(helena, helen)
    undo(first)
    made = [first.pk, *undone_like(first, 53), merge(*fresh(helena, helen)).pk]
    # All at one moment: then their numbers decide.
    Merge.objects.update(created=timezone.now())
    made.reverse()
    with django_assert_num_queries(QUERIES):
        first = as_agent.get(LIST).text
    with django_assert_num_queries(QUERIES):
        second = as_agent.get(LIST + link(first, "next")).text
    third = as_agent.get(LIST + link(second, "next")).text

    def numbers(page):
        return [int(part.split("<")[0]) for part in page.split(">Merge ")[1:]]

    assert [numbers(first), numbers(second), numbers(third)] == [made[:25], made[25:50], made[50:]]
    assert 'rel="next"' not in third
    assert 'rel="prev"' not in first
    with django_assert_num_queries(QUERIES):
        assert numbers(as_agent.get(LIST + link(third, "prev")).text) == made[25:50]
    back = as_agent.get(LIST + link(second, "prev")).text
    assert numbers(back) == made[:25]
    assert 'rel="prev"' not in back
    assert numbers(as_agent.get(LIST + link(third, "first")).text) == made[:25]


def test_what_is_newer_than_the_newest_is_the_first_page(as_agent, helena, helen):
    merged = merge(helena, helen)

    assert listed(as_agent, after=f"2999-01-01T00:00:00+00:00_{merged.pk}") == [merged.pk]


@table("query", [{"before": "forged"}, {"after": "2026_1"}, {"before": "\x00_1", "other": "x"}])
def test_a_mistyped_address_shows_the_newest(as_agent, helena, helen, query):
    merged = merge(helena, helen)

    assert listed(as_agent, **query) == [merged.pk]


def test_an_empty_list_says_how_merges_come_about_or_what_was_asked(as_agent):
    assert "No merges yet" in as_agent.get(LIST).text
    assert "No merges match" in as_agent.get(LIST, {"via": "api"}).text


def test_the_history_has_names_as_they_were_then_until_an_erasure(as_agent, helena, helen):
    merged = merge(helena, helen)
    outer = merge(CustomerFactory(first_name="Jan", last_name="Novák"), *fresh(helena))
    Customer.objects.update(first_name="Nobody", last_name="Now")

    for page in (as_agent.get(LIST).text, as_agent.get(merged.get_absolute_url()).text):
        assert f'<a href="{helen.get_absolute_url()}">Helena Holy ({helen.pk})</a>' in page
        assert f'<a href="{helena.get_absolute_url()}">Helena Holý ({helena.pk})</a>' in page
        assert "Nobody" not in page.split("Current customer")[0]

    erase(Customer.objects.get(pk=outer.survivor_id))
    page = as_agent.get(LIST).text
    assert f"Erased customer {helen.pk}" in page
    assert "Hol" not in page
    assert "Numbers, date and user are kept" in as_agent.get(merged.get_absolute_url()).text
