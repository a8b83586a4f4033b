from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.merging import export, history
from customers.merging.forms.history_filter import MergeHistoryForm
from customers.merging.merge import merge_keeping_survivor
from customers.models import Customer, Merge, MergeBatch, MergeMember, MergeRule
from tests.acts import erase, fresh, merge, undo
from tests.exported import ask, rows
from tests.factories import CustomerFactory, customer_with_order
from tests.factories.rules import make_rule
from tests.tables import table

pytestmark = pytest.mark.django_db
EMAIL = "hholy@gmail.com"
LIST = reverse("customers:merges")
# session, user with permissions; who merges; methods; rules; merges, members, totals
QUERIES = 8


@pytest.fixture
def helena():
    return customer_with_order(email=EMAIL, total="21.78")


@pytest.fixture
def helen():
    return customer_with_order(source="Marketplace", last_name="Holy", email=EMAIL, total="27.84", external_id="MP-1")


@pytest.fixture
def initial():
    return customer_with_order(source="Marketplace", first_name="H.", email=EMAIL, total="1.98")


def made_at(made: Merge, at: str) -> Merge:
    Merge.objects.filter(pk=made.pk).update(created=at)
    return made


def undone_like(made: Merge, number: int) -> list[int]:
    """As if it had been made and undone so many times more."""
    made.refresh_from_db()
    member = made.members.get()
    merges = [
        Merge.objects.create(survivor=made.survivor, via=made.via, fingerprint=str(n), undone_at=made.undone_at)
        for n in range(number)
    ]
    about = {"duplicate": member.duplicate, "records": member.records, "undone_at": member.undone_at}
    MergeMember.objects.bulk_create(MergeMember(merge=merge, **about) for merge in merges)
    return [merge.pk for merge in merges]


def listed(client, **query) -> list[int]:
    """The numbers of the merges on a page, in order."""
    page = client.get(LIST, query).text
    return [int(part.split("/")[0]) for part in page.split('<a href="/merges/')[1:] if part[0].isdigit()]


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


def test_it_is_narrowed_by_who_how_state_and_when(as_agent, agent, admin_user, helena, helen, initial):
    undone = made_at(merge(helena, helen, by=admin_user), "2026-01-12T22:59:00Z")
    undo(undone)
    standing = made_at(merge(*fresh(helena, initial)), "2026-01-13T00:00:00Z")

    for query, found in [
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
        assert listed(as_agent, **query) == [made.pk for made in found], query
        assert [int(row["Merge"]) for row in rows(as_agent, "merges", **query)] == [made.pk for made in found]


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


@table("query", [{"before": "forged"}, {"after": "2026_1"}, {"before": "\x00_1", "other": "x"}])
def test_a_mistyped_address_shows_the_newest(as_agent, helena, helen, query):
    merged = merge(helena, helen)

    assert listed(as_agent, **query) == [merged.pk]


@table("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days_too(as_agent, day):
    assert as_agent.get(LIST, {"since": day, "until": day}).status_code == 200


def test_an_empty_list_says_how_merges_come_about_or_what_was_asked(as_agent):
    assert "No merges yet" in as_agent.get(LIST).text
    assert "No merges match" in as_agent.get(LIST, {"via": "api"}).text


def test_the_file_has_what_the_list_has(as_agent, admin_user, helena, helen):
    merged = merge(helena, helen, by=admin_user, company="Holý Design", website="holy.cz")
    noted = {"reason": "=cmd()", "created": "2026-01-12T14:32:00Z", "warnings": [["Names differ.", "Said then."]]}
    Merge.objects.filter(pk=merged.pk).update(**noted)
    Customer.objects.update(first_name="Elena")

    (row,) = rows(as_agent, "merges")
    assert row == {
        "Merge": str(merged.pk),
        "Uuid": merged.uuid,
        "Merged at (UTC)": "2026-01-12 14:32:00",
        "User": "Jane Peacock",
        "Confirmed by": "",
        "Method": "Web",
        "Kept": str(helena.pk),
        "Kept, name": "Helena Holý",
        "Merged": str(helen.pk),
        "Merged, names": "Helena Holy",
        "Orders moved": "1",
        "Values before": "Company:\nWebsite:",
        "Values after": "Company: Holý Design\nWebsite: https://holy.cz",
        "Warnings": "Names differ. Said then.",
        "Reason": "'=cmd()",
        "Status": "Active",
        "Undone (UTC)": "",
        "Undone by": "",
    }


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


def test_methods_that_never_merged_are_not_offered(as_agent, helena, helen):
    merged = merge(helena, helen)
    assert not {"Batch", "Rule"} & offered_methods()
    Merge.objects.filter(pk=merged.pk).update(via="bulk")
    assert {"Batch", "Rule"} & offered_methods() == {"Batch"}


def offered_methods() -> set[str]:
    return {label for _, label in MergeHistoryForm({}).fields["via"].choices}


def test_the_file_is_read_a_part_at_a_time(as_agent, helena, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(export, "BATCH", 2)
    made = [merge(*fresh(helena), CustomerFactory()).pk for _ in range(5)]
    Merge.objects.update(created=timezone.now() - timedelta(days=1))

    # merges, members, changes and credit three times (there are no records to total); the last part is not full
    with django_assert_num_queries(12):
        merges = list(export.export_rows(history.MergeFilter()))
    assert [row.merge.pk for row in merges] == made[::-1]
    assert Customer.objects.live().count() == 1
