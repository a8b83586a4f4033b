"""The list of thirty customers: what it asks, its rows and pages, and searching it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.models import Customer, Via
from customers.search import customer_list
from customers.search.customer_list import PAGE
from customers.search.sorting import sort_named
from tests.database import rolled_back
from tests.factories import customer_with_order, order, signed_in
from tests.tables import table

URL = "/customers/"


def names_in(response):
    return [line.customer.pk for line in response.context["page"].lines]


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker) -> Iterator[list[Customer]]:
    """Once for all tests of this file; what each does to them is rolled back after it."""
    with django_db_blocker.unblock(), rolled_back():
        yield [one_of_thirty(n) for n in range(30)]


def one_of_thirty(n: int) -> Customer:
    """Two of each name and email, so that each has a duplicate; some have two source records and two currencies."""
    who = {"first_name": f"First{n // 2}", "last_name": "Same", "email": f"p{n // 2}@example.org"}
    customer = customer_with_order(**who, external_id=str(n), billing_address={"country": "CZ"})
    if n < 6:
        order("Marketplace", currency="EUR", email=f"p{n // 2}@example.org", first_name=f"First{n // 2}")
    return customer


@pytest.fixture
def thirty(made, db) -> list[Customer]:
    return made


def test_the_list_asks_the_same_of_the_database_however_many_rows(as_agent, thirty, django_assert_num_queries):
    """
    1 session, 2 user with permissions, 3 data sources, 4 how far to look, 5 places in
    the order, 6 the customers, 7 their match keys, 8 those that are ignored, 9 who else has them, 10 who was merged
    into all these (a query a level), 11 who said that two are not one person, 12 totals, 13 names of the sources,
    14 how many there are, up to a limit, 15 the account types and lead phases to filter by. A search looks no further
    than whom it finds, 1 query, counts none, and asks 2 more: which of its words very many have, and whom it names by
    number or id.
    """
    with django_assert_num_queries(15):
        response = as_agent.get(URL)

    assert len(names_in(response)) == PAGE
    with django_assert_num_queries(16):
        assert len(names_in(as_agent.get(URL, {"q": "first1"}))) > 1


def test_a_row_says_what_the_customer_is_and_has(as_agent, thirty):
    page = as_agent.get(URL, {"q": "first0"}).text

    for said in ("First0 Same", "p0@example.org", "Czechia", "Shop", "Marketplace", "9.90 USD", "19.80 EUR"):
        assert said in page


@table("sort", ["updated", "created", "name"])
def test_every_customer_is_on_exactly_one_page(sort, as_agent, thirty):
    Customer.objects.filter(pk__in=[c.pk for c in thirty[:20]]).update(updated=timezone.now(), created=timezone.now())
    seen, after = [], ""
    while True:
        response = as_agent.get(URL, {"sort": sort, "after": after})
        seen += names_in(response)
        after = response.context["page"].following
        if not after:
            break

    assert sorted(seen) == sorted(c.pk for c in thirty)
    assert seen == [c.pk for c in Customer.objects.order_by(*sort_named(sort).ordering)]


def test_the_last_changed_comes_first(as_agent, thirty):
    Customer.objects.filter(pk=thirty[3].pk).update(updated=timezone.now() + timedelta(days=1))

    assert names_in(as_agent.get(URL))[0] == thirty[3].pk


def test_a_broken_cursor_and_an_unknown_sort_show_the_first_page(as_agent, thirty):
    assert len(names_in(as_agent.get(URL, {"sort": "nonsense", "after": "nonsense"}))) == PAGE


def test_a_number_beyond_all_ends_the_list(as_agent, thirty):
    after = f"{datetime(2020, 1, 1, tzinfo=UTC).isoformat()}\x1f{10**30}"

    assert names_in(as_agent.get(URL, {"after": after})) == []


def test_the_number_of_duplicates_leads_to_merging_them(as_agent, thirty):
    page = as_agent.get(URL).text

    assert f'<a class="badge count" href="/customers/{thirty[-1].pk}/merge/" data-key="m">1 duplicate<' in page


def test_who_may_not_merge_sees_the_number_only(viewer, thirty):
    page = signed_in(viewer).get(URL).text

    assert '<span class="badge count">1 duplicate</span>' in page
    assert "/merge/" not in page


def test_who_was_merged_away_or_erased_is_not_listed(as_agent, thirty):
    survivor, retired, erased = thirty[:3]
    merge_customers(plan_merge(survivor, [retired]), by=None, via=Via.PAGE)
    Customer.objects.filter(pk=erased.pk).update(erased_at=timezone.now())

    listed = names_in(as_agent.get(URL, {"sort": "created"})) + names_in(as_agent.get(URL, {"q": "first0"}))
    assert survivor.pk in listed
    assert not {retired.pk, erased.pk} & set(listed)


def test_a_search_finds_and_says_what_for(as_agent, thirty):
    response = as_agent.get(URL, {"q": "first7 same"})

    assert set(names_in(response)) == {thirty[14].pk, thirty[15].pk}
    assert 'value="first7 same"' in response.text


def test_the_list_says_how_many_it_has(as_agent, thirty, monkeypatch):
    assert "30 customers, 25 per page" in as_agent.get(URL).text
    assert "30 customers, 25 per page" in as_agent.get(URL, {"q": "same"}).text
    assert '<span class="quiet">2 customers</span>' in as_agent.get(URL, {"q": "first7"}).text
    monkeypatch.setattr(customer_list, "MOST", 20)
    assert "20+ customers, 25 per page" in as_agent.get(URL).text


def test_a_search_in_vain_says_where_was_looked(as_agent, thirty):
    page = as_agent.get(URL, {"q": "helna <holly>"}).text

    assert "No customers match “<bdi>helna &lt;holly&gt;</bdi>”" in page
    assert "Check the spelling or search for a single word." in page
    assert "Clear search" in page


def test_htmx_gets_the_rows_only_and_the_back_button_the_page(as_agent, thirty):
    part = as_agent.get(URL, headers={"HX-Request": "true", "HX-Target": "customer-rows"})
    whole = as_agent.get(URL, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert part.text.lstrip().startswith('<div id="customer-rows"')
    assert "<h1>Customers</h1>" not in part.text
    assert "<h1>Customers</h1>" in whole.text
    assert "HX-Target" in part.headers["Vary"]


def typed(client, text: str) -> str:
    """What a search field on any page shows below itself."""
    return client.get(URL, {"q": text}, headers={"HX-Request": "true", "HX-Target": "hits"}).text


def test_while_a_search_is_typed_the_first_hits_are_shown_below_it(as_agent, thirty):
    many, one, none = typed(as_agent, "same"), typed(as_agent, "first7"), typed(as_agent, "<holly>")
    assert many.count("<li>") == 8
    assert "More than 8 customers" in many
    assert 'href="/customers/?q=same">All results' in many
    assert (one.count("<li>"), "All results" in one) == (2, False)
    assert "No customers match “<bdi>&lt;holly&gt;</bdi>”" in none
    assert "<li>" not in typed(as_agent, "")


def test_the_next_page_keeps_search_and_sort(as_agent, thirty):
    response = as_agent.get(URL, {"q": "same", "sort": "name"})

    after = response.context["page"].following
    assert f"?{urlencode({'q': 'same', 'sort': 'name', 'after': after})}".replace("&", "&amp;") in response.text
