from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.utils import timezone

from customers.matching import not_duplicates
from customers.models import BillingStatus, Customer, DataSource, IgnoredValue, LeadStatus, SharedValue
from customers.search import customer_list
from customers.search import scan as scan_module
from customers.search.filters import Country, HasDuplicates
from customers.search.scan import FEW, scan
from customers.search.sorting import SORTS
from tests.factories import CustomerFactory, DataSourceFactory, SourceRecordFactory, customer_with_order
from tests.tables import table

URL = "/customers/"
pytestmark = pytest.mark.django_db


@pytest.fixture(params=[FEW, 0], ids=["few", "many"])
def size(request, monkeypatch):
    """Both ways to read a list: the few who pass sorted, or the order walked, here by two at a time."""
    monkeypatch.setattr(scan_module, "FEW", request.param)
    if not request.param:
        monkeypatch.setattr(scan_module, "SHORTEST_STRETCH", 2)


def found(client, **query):
    page = client.get(URL, query).context["page"]
    assert not page.following
    return [line.customer for line in page.lines]


def pages(client, **query):
    """Every customer of every page, as one follows the other."""
    after = ""
    while True:
        page = client.get(URL, {**query, "after": after}).context["page"]
        yield from (line.customer for line in page.lines)
        after = page.following
        if not after:
            return


def test_a_lead_status_counts_only_without_a_billing_status(as_agent, size):
    lead = CustomerFactory(lead_status=LeadStatus.NEW)
    buyer = CustomerFactory(lead_status=LeadStatus.NEW)
    Customer.objects.filter(pk=buyer.pk).update(billing_status=BillingStatus.ACTIVE)
    CustomerFactory()

    assert found(as_agent, status="new") == [lead]
    assert found(as_agent, status="active") == [buyer]
    assert found(as_agent, status="past_due") == []


def test_who_has_bought_is_listed_as_a_customer_and_no_lead(as_agent, size):
    bought = customer_with_order(email="a@example.org")
    Customer.objects.filter(pk=bought.pk).update(lead_status=LeadStatus.NEW)
    declined = customer_with_order(email="b@example.org", status="DECLINED")
    Customer.objects.filter(pk=declined.pk).update(lead_status=LeadStatus.NEW)
    added = CustomerFactory()

    assert found(as_agent, status="new") == [declined]
    assert {customer.pk for customer in found(as_agent, status="customer")} == {bought.pk, added.pk}


def test_a_source_lists_whom_it_knows(as_agent, size):
    here = SourceRecordFactory(data_source=DataSourceFactory(name="Shop")).customer
    both = SourceRecordFactory(data_source=DataSourceFactory(name="Shop")).customer
    for _ in range(2):
        SourceRecordFactory(data_source=DataSourceFactory(name="Marketplace"), customer=both)
    shop, market = (DataSource.objects.get(name=name).pk for name in ("Shop", "Marketplace"))

    assert found(as_agent, source=shop, sort="created") == [both, here]
    assert found(as_agent, source=market) == [both]


@table("written", ["CZ", "cz", "Czechia", "Czech Republic"])
def test_a_country_is_found_however_it_is_written(written, as_agent, size):
    helena = CustomerFactory(billing_address={"country": written})
    CustomerFactory(billing_address={"country": "DE"})
    CustomerFactory(billing_address={})

    assert found(as_agent, country="CZ") == found(as_agent, country="cz") == [helena]


def test_has_duplicates_agrees_with_the_badge(as_agent, agent, size):
    """Neither an ignored value, nor a dismissed pair, nor a value that nobody shares any more makes a duplicate."""
    one, other = (SourceRecordFactory(email="a@example.org").customer for _ in range(2))
    apart = [SourceRecordFactory(email="b@example.org").customer for _ in range(2)]
    not_duplicates.mark_not_duplicates(*apart, by=agent)
    for email in ("none@none.com", "desk@example.org"):
        for _ in range(2):
            SourceRecordFactory(email=email)
    IgnoredValue.objects.create(kind="email", value="desk@example.org")
    SourceRecordFactory(email="alone@example.org")
    note("a@example.org", "b@example.org", "none@none.com", "desk@example.org", "alone@example.org")

    assert set(found(as_agent, duplicates="on")) == {one, other}
    badges = {line.customer for line in as_agent.get(URL).context["page"].lines if line.duplicates}
    assert badges == {one, other}


def note(*emails):
    SharedValue.objects.all().delete()
    SharedValue.objects.bulk_create(SharedValue(kind="email", value=email) for email in emails)


@pytest.fixture
def mixed():
    """Thirty people in two countries, of whom ten Czechs in the shop are leads with the same name, email and times."""
    now = timezone.now()
    for n in range(30):
        place = {"country": "CZ" if n < 20 else "DE"}
        name = {"first_name": "Same" if n % 2 else f"N{n}", "last_name": "Name", "email": f"p{n // 4}@example.org"}
        customer = CustomerFactory(billing_address=place, lead_status=LeadStatus.NEW if n % 2 else "", **name)
        SourceRecordFactory(customer=customer, data_source=DataSourceFactory(name="Shop"), **name)
        at = now - timedelta(minutes=n // 7)
        Customer.objects.filter(pk=customer.pk).update(created=at, updated=at)
    note(*(f"p{n}@example.org" for n in range(8)))


@table("sort", SORTS)
def test_all_filters_together_page_through_each_once_in_order(sort, as_agent, mixed, size, monkeypatch):
    monkeypatch.setattr(customer_list, "PAGE", 3)
    query = {"q": "same", "status": "new", "country": "CZ", "duplicates": "on", "sort": sort.key}
    query["source"] = DataSource.objects.get(name="Shop").pk

    passing = Customer.objects.filter(lead_status="new", first_name="Same", billing_address__country="CZ")
    assert list(pages(as_agent, **query)) == list(passing.order_by(*sort.ordering))
    assert len(passing) == 10


def test_the_places_of_equal_names_and_times_are_walked_through(mixed):
    for sort in SORTS:
        places = [place for stretch in scan([], sort) for place in stretch.passing]
        assert len(places) == 30
        for one, other in pairwise(places):
            assert sort.places(Customer.objects.filter(sort.follows(one))).first() == other


def test_who_is_rare_by_all_and_many_by_each_is_looked_for_further(as_agent, mixed, monkeypatch):
    monkeypatch.setattr(scan_module, "FEW", 0)
    monkeypatch.setattr(scan_module, "SHORTEST_STRETCH", 2)
    monkeypatch.setattr(scan_module, "LONGEST_STRETCH", 2)
    monkeypatch.setattr(customer_list, "MOST_STRETCHES", 3)
    first = as_agent.get(URL, {"country": "DE", "sort": "created"})

    assert not first.context["page"].lines
    assert "No matches yet" in first.content.decode()
    assert "Keep searching" in first.content.decode()
    assert len(list(pages(as_agent, country="DE", sort="created"))) == 10


@table(
    "query",
    [
        {"status": "nonsense", "source": "x", "country": "XX", "duplicates": "", "sort": "?"},
        {"status": "\x00", "source": "9" * 40, "country": "\x00", "after": "\x00"},
        {"source": "-1", "country": "C" * 300, "status": "' OR 1=1 --", "q": "\x00"},
    ],
)
def test_what_does_not_exist_is_passed_over(query, as_agent):
    helena = CustomerFactory()

    assert found(as_agent, **query) == [helena]


def test_the_filters_that_are_set_can_be_cleared_each(as_agent, mixed):
    source = DataSource.objects.get(name="Shop").pk
    response = as_agent.get(URL, {"q": "same", "status": "new", "source": source, "country": "DE", "duplicates": "on"})

    cleared = {filter.label: filter.cleared for filter in response.context["list_filter"].filters}
    assert cleared["New Lead"] == f"?q=same&source={source}&country=DE&duplicates=on"
    assert cleared["Has duplicates"] == f"?q=same&status=new&source={source}&country=DE"
    assert cleared.keys() == {"New Lead", "Shop", "Germany", "Has duplicates"}
    page = response.content.decode()
    assert '<option value="DE" selected>Germany</option>' in page
    assert ' checked><label for="duplicates">' in page


def test_nobody_passing_says_what_to_clear(as_agent, mixed):
    assert "No customers match these filters" in as_agent.get(URL, {"status": "past_due"}).content.decode()
    with_search = as_agent.get(URL, {"status": "past_due", "q": "same"}).content.decode()
    assert "No customers match “<bdi>same</bdi>”" in with_search
    assert 'href="/customers/?status=past_due">Clear search</a>' in with_search


def test_filters_ask_the_same_of_the_database_however_many_rows(as_agent, mixed, django_assert_num_queries):
    """The 16 of the whole list, with one that looks whether few pass in place of how far to look."""
    with django_assert_num_queries(14):
        response = as_agent.get(URL, {"country": "CZ"})

    assert len(response.context["page"].lines) == 20


def test_an_unlisted_customer_passes_nothing(size):
    customer = customer_with_order(email="a@example.org")
    Customer.objects.filter(pk=customer.pk).update(erased_at=timezone.now())
    note("a@example.org")

    assert [place for stretch in scan([HasDuplicates()], SORTS[0]) for place in stretch.passing] == []


def test_the_few_of_a_country_are_read_from_its_index():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # there is next to nothing to scan
    assert "customer_by_country" in Country("CZ").written().explain()
