"""What callers say: the end of a phone, a number with its kind, a domain, a name with a slip of the pen."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Contact, Customer, SearchWord
from customers.models.places import STATISTICS, create_statistics
from customers.profile.edit import edit_profile
from customers.search.addresses import customers_at
from customers.search.first_found import first_found
from customers.search.interpretation import interpretation
from customers.search.lookups import place_lookups
from customers.search.scan import FEW
from customers.search.search_text import SearchText
from customers.search.spelling import did_you_mean
from tests.acts import merge
from tests.factories import CustomerFactory, DataSourceFactory, SourceRecordFactory, customer_with_order
from tests.page_text import visible_text
from tests.query_costs import analyze, plan_of
from tests.tables import table

pytestmark = pytest.mark.django_db
URL = "/customers/"


@pytest.fixture
def patrick() -> Customer:
    return customer_with_order(
        first_name="Patrick", last_name="Gray", email="patrick@hotmail.com", phone="+1 520 622-4200", external_id="C-77"
    )


@pytest.fixture(autouse=True)
def others() -> None:
    customer_with_order(first_name="Helena", last_name="Holý", email="hholy@gmail.com", phone="+420 241 770 449")
    customer_with_order(first_name="Order", last_name="66", email="o@example.org", phone="+1 520 622 9999")


@table(
    "text", ["4200", "622-4200", "622 4200", "6224200", "gray 4200", "hotmail.com", "@hotmail.com", "gray hotmail.com"]
)
def test_a_part_of_a_phone_or_an_email_finds(text, patrick):
    assert set(first_found(text)) == {patrick}


@table("text", ["200", "4201", "5224200", "hotmail", "mail.com"])
def test_what_is_another_part_does_not(text, patrick):
    assert patrick not in first_found(text)


def test_a_number_is_found_as_it_is_called(patrick):
    number = patrick.records.get().order_set.get().number
    for text in (
        f"#{number}",
        f"order {number}",
        f"Order #{number.lower()}",
        f"order no. {number}",
        f"invoice: {number}",
    ):
        assert set(first_found(text)) == {patrick}, text
        assert interpretation(text).customer == patrick, text
    for text in (f"customer {patrick.pk}", f"customer #{patrick.pk}", f"#{patrick.pk}"):
        assert patrick in first_found(text), text
        assert interpretation(text).customer == patrick, text
    assert patrick not in first_found(f"order {patrick.pk}")
    assert {customer.last_name for customer in first_found("order 66")} == {"66"}


@table(
    ("text", "meaning"),
    [
        ("622-4200", "phone ending in 6224200"),
        ("520-622-4200", "phone +1 520-622-4200"),
        ("4200", None),
        ("orders1@x.cz", "email orders1@x.cz"),
    ],
)
def test_a_part_of_a_phone_is_not_taken_for_the_whole(text, meaning, patrick):
    understood = interpretation(text)
    assert (understood and understood.meaning.replace("\u2068", "").replace("\u2069", "")) == meaning


@table(
    ("text", "meant"),
    [
        ("patrik gray", "patrick gray"),
        ("Patrick Grey", "Patrick gray"),
        ("partick", "patrick"),
        ("patrick@hotmial.com", "patrick@hotmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmial", "hotmail.com"),
        ("hotmail", "hotmail.com"),
        ("patrick hotmial", "patrick hotmail.com"),
        ("hatrick", "patrick"),
        ("Hollý", "holy"),
        ("zzzzzz", ""),
        ("", ""),
        ("x" * 200, ""),
    ],
)
def test_a_slip_of_the_pen_is_seen(text, meant, patrick):
    assert did_you_mean(text) == meant


def test_the_page_asks_what_was_meant(as_agent, patrick):
    page = as_agent.get(URL, {"q": "patrik gray"})
    assert "No exact match Did you mean “ patrick gray ” ?" in visible_text(page)
    assert 'href="/customers/?q=patrick+gray"' in page.content.decode()


def test_the_words_with_a_slip_are_looked_up_in_the_index(patrick):
    record = patrick.records.get()
    # So many that the cost of looking up each spelling is plainly less than that of reading them all.
    SearchWord.objects.bulk_create(
        SearchWord(source_record=record, customer=patrick, word=f"word{n}") for n in range(30_000)
    )
    with CaptureQueriesContext(connection) as queries:
        did_you_mean("patrik")
    [sql, *_] = [query["sql"] for query in queries if "DISTINCT" in query["sql"]]
    if connection.vendor == "sqlite":
        assert "SEARCH customers_searchword USING COVERING INDEX searchword_by_word" in plan_of(sql)
    else:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE customers_searchword; SET LOCAL enable_seqscan = off")
        assert "searchword_by_word" in plan_of(sql)


def test_the_customer_with_this_number_is_first(as_agent):
    customers = [CustomerFactory() for _ in range(3)]
    for n, customer in enumerate(customers[1:]):
        shop = DataSourceFactory(name=f"Shop {n}")
        SourceRecordFactory(customer=customer, data_source=shop, external_id=str(customers[0].pk))
    page = as_agent.get(URL, {"q": str(customers[0].pk)}).context["page"]
    assert page.lines[0].customer == customers[0]
    assert len(page.lines) == 3


def test_the_only_exact_hit_is_opened(as_agent, patrick):
    number = patrick.records.get().order_set.get().number
    for text in (number, f"order {number}", "patrick@hotmail.com", "+1 520 622 4200", "C-77"):
        assert as_agent.get(URL, {"q": text, "open": "1"}).url == patrick.get_absolute_url(), text
    for query in ({"q": "patrick"}, {"q": "622-4200"}, {"q": "C-77", "status": "active"}, {"q": "nobody@x.cz"}):
        assert as_agent.get(URL, {**query, "open": "1"}).status_code == 200, query
    assert as_agent.get(URL, {"q": number}).status_code == 200


def test_a_hit_says_why_where_the_row_does_not_show_it(as_agent, patrick):
    edit_profile(patrick, {"last_name": "White", "email": "new@x.cz"}, version=patrick.version, by=None, via="page")
    Contact.objects.create(source_record=patrick.records.first(), email="secretary@x.cz")

    def reason(text: str) -> str:
        [line] = as_agent.get(URL, {"q": text}).context["page"].lines
        return f"{line.reason.label} {line.reason.value}" if line.reason else ""

    assert reason("gray") == "Was called Patrick Gray"
    assert reason("patrick@hotmail.com") == "Email patrick@hotmail.com"
    assert reason("C-77") == "External ID C-77"
    assert reason("secretary@x.cz") == "Contact secretary@x.cz"
    assert reason("patrick white") == reason("4200") == reason("new@x.cz") == reason(f"customer {patrick.pk}") == ""


def test_a_merged_customer_is_named_by_the_hit(as_agent, patrick):
    double = customer_with_order(first_name="Pat", last_name="Grey", email="pat@x.cz")
    merge(patrick, double)
    assert "Was called Pat Grey" in visible_text(as_agent.get(URL, {"q": "grey"}))


@table("text", ["Tucson", "tucson", "TUCSON", "85719", "brennan tucson", "New York", "new york", "sw1a 1aa"])
def test_a_city_and_a_postal_code_find(text):
    CustomerFactory(billing_address={"city": "Boston", "postal_code": "02108"})
    place = {"city": "New York"} if "ork" in text.lower() else {"city": "Tucson", "postal_code": "85719"}
    place = {"postal_code": "SW1A 1AA"} if "sw1a" in text else place
    brennan = CustomerFactory(first_name="Aoife", last_name="Brennan", billing_address=place)
    SourceRecordFactory(customer=brennan, first_name="Aoife", last_name="Brennan")
    assert set(first_found(text)) == {brennan}
    assert SearchText(text).ids_if_few(FEW) == {brennan.pk}


@pytest.mark.postgres
def test_postgresql_learns_that_few_customers_have_an_address():
    CustomerFactory.create_batch(300)
    with connection.cursor() as cursor:
        for name in STATISTICS:
            cursor.execute(create_statistics(name))
    analyze()
    expected = [int(re.search(r"rows=(\d+)", lookup.owners.explain())[1]) for lookup in place_lookups("Tucson")]
    assert max(expected) == 1


def test_places_are_read_through_their_indexes():
    for lookup, index in zip(place_lookups("Tucson"), ("customer_by_city", "customer_by_postal_code"), strict=True):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_seqscan = off")
        assert index in lookup.owners.explain()


PATRICKS = {"line1": "1033 N Park Ave", "city": "Tucson", "state": "AZ", "postal_code": "85719", "country": "US"}
OTHERS = [
    {"line1": "7 Main St", "city": "Tucson", "state": "AZ", "postal_code": "85701"},
    {"line1": "1033 N Park Ave", "city": "Phoenix", "state": "AZ", "postal_code": "85719"},
    {"line1": "1033 N Park Ave", "city": "Tucson", "state": "Sonora", "postal_code": "84000"},
]
OTHER_PLACES = {
    "Main Street Tucson": OTHERS[0],
    "7 Main St., Tucson": OTHERS[0],
    "London ON": {"city": "London", "state": "Ontario", "postal_code": "N6A 3K7"},
    "New York, New York": {"city": "New York", "state": "NY"},
    "10115 Berlin": {"city": "Berlin", "postal_code": "10115"},
    "110 00 Praha": {"city": "Praha", "postal_code": "11000"},
}


@table(
    "text",
    [
        *("Tucson AZ 85719", "Tucson, AZ 85719", "tucson arizona 85719", "Tucson, AZ 85719, USA", "85719 Tucson"),
        *("1033 N Park Ave, Tucson, AZ", "1033 Park Avenue Tucson Arizona", *OTHER_PLACES),
    ],
)
def test_words_of_one_address_find_who_lives_there(text):
    addresses = [*OTHERS, OTHER_PLACES.get(text, PATRICKS)]
    *_, there = [CustomerFactory(billing_address=address) for address in addresses]
    customers = {customer for customer in first_found(text) if customer.billing_address == there.billing_address}
    assert customers >= {there}
    assert set(first_found(text)) == customers
    assert SearchText(text).ids_if_few(FEW) == {customer.pk for customer in customers}


def test_a_city_with_its_state_finds_all_who_live_there():
    tucson, _, other, phoenix = (
        CustomerFactory(billing_address=a) for a in (PATRICKS, {"city": "Tucson"}, *OTHERS[:2])
    )
    for text in ("Tucson AZ", "Tucson, Arizona", "tucson az"):
        assert set(first_found(text)) == {tucson, other}, text
    assert set(first_found("AZ 85719")) == {tucson, phoenix}


@table(
    "text",
    [
        *("Brennan Tucson AZ", "Brennan, Tucson, Arizona", "brennan aoife tucson az 85719"),
        *("Aoife Bren 85719 Tucson", "Brennan AZ 85719", "O’Hara-Brennan Tucson AZ", "Brennan Salt Lake City"),
    ],
)
def test_a_name_with_an_address_finds_those_of_that_name_who_live_there(text):
    there = {**PATRICKS, "city": "Salt Lake City"} if "Lake" in text else PATRICKS
    brennan, _, _ = (
        CustomerFactory(first_name=first, last_name=last, billing_address=address)
        for first, last, address in (
            ("Aoife", "O’Hara-Brennan", there),
            ("Patrick", "Gray", there),
            ("Aoife", "O’Hara-Brennan", {"city": "Boston", "state": "MA"}),
        )
    )
    for customer in Customer.objects.all():
        SourceRecordFactory(customer=customer, first_name=customer.first_name, last_name=customer.last_name)
    assert set(first_found(text)) == {brennan}
    assert SearchText(text).ids_if_few(FEW) == {brennan.pk}


@table(
    "text", ["Tucson TX", "Gray Tucson AZ", "Boston AZ", "Tucson, AZ 85702", "Elm Street Tucson", "Park Tucson", "AZ"]
)
def test_words_of_different_addresses_find_nobody(text):
    for address in (PATRICKS, *OTHERS):
        CustomerFactory(billing_address=address)
    assert not first_found(text)


def test_an_address_is_read_through_the_index_of_its_city_or_postal_code():
    read = [
        (customers_at("Main Street Tucson AZ"), "customer_by_city"),
        (customers_at("AZ 85719"), "customer_by_postal"),
        (customers_at("Brennan Tucson AZ"), "customer_by_city"),
    ]
    for (*_, customers), index in read:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_seqscan = off")
        assert index in customers.values("pk").explain()
    assert not [*customers_at("Patrick Gray")]


@table("country", ["DE", "de", "Germany", "Deutschland"])
def test_a_country_is_named_in_any_way(country, as_agent):
    german = CustomerFactory(billing_address={"country": "DE"})
    page = as_agent.get(URL, {"country": country})
    assert [line.customer for line in page.context["page"].lines] == [german]
