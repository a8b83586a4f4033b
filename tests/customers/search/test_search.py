import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.models import Customer, DataSource, PaySource, SearchWord, Via
from customers.profile.edit import edit_profile
from customers.search.first_found import first_found
from customers.search.interpretation import interpretation
from customers.search.query import last_four
from tests.factories import CustomerFactory, SourceRecordFactory, customer_with_order, order
from tests.query_costs import plan_of
from tests.tables import table

pytestmark = pytest.mark.django_db


def found(text):
    return set(first_found(text))


def merged(survivor, *duplicates):
    merge_customers(plan_merge(survivor, duplicates), by=None, via=Via.PAGE)
    return Customer.objects.get(pk=survivor.pk)


@pytest.fixture
def helena():
    return customer_with_order(
        email="hholy@gmail.com",
        phone="+420 241 770 449",
        country="CZ",
        company="Holý Design s.r.o.",
        external_id="C-77 b",
    )


@pytest.fixture(autouse=True)
def others():
    customer_with_order(first_name="Helena", last_name="Novák", email="other@example.org", phone="+420 111 222 333")
    customer_with_order(first_name="Petr", last_name="Holub", email="petr@example.org", phone="817 924 7272")


@table(
    "text",
    [
        "helena holy",
        "HOLÝ hel",
        "  holý   helena  ",
        "hol des",
        "hholy@gmail.com",
        "HHOLY@GMAIL.COM",
        "hholy@gm",
        "+420 241 770 449",
        "+420241770449",
        "(+420) 241-770-449",
        "00420 241 770 449",
        "420241770449",
        "C-77 b",
        "helena +420241770449",
    ],
)
def test_helena_is_found_however_she_is_written(text, helena):
    assert found(text) == {helena}


@table("text", ["helena holub", "holyy", "olý", "241 770 440", "C-77", "mail.com", "helna"])
def test_nobody_is_found_by_what_is_only_alike(text, helena):
    assert found(text) == set()


@table("text", ["", "   ", "\x00", "&", "%", "_ %", "' ’"])
def test_nobody_is_found_by_nothing(text):
    assert found(text) == set()


@table("text", ["9" * 200, "a " * 500, "x" * 10_000, "\U0010ffff", "hol\x00ý helena", "%' OR 1=1 --"])
def test_no_text_is_too_odd_to_search_for(text, helena):
    assert found(text) in (set(), {helena})


@table(
    ("name", "text"),
    [
        ("Bjørn", "bjorn"),
        ("O’Reilly", "o'reilly"),
        ("O'Reilly", "oreilly"),
        ("Łukasz", "lukasz"),
        ("Jean-Luc", "jean-luc"),
        ("Jean-Luc", "luc"),
        ("Straße", "strasse"),
        ("عائشة", "عائ"),
        ("王小明", "王"),
        ("José", "Jose\u0301"),
    ],
)
def test_a_name_is_found_without_what_keyboards_lack(name, text):
    person = customer_with_order(first_name=name, last_name="Somebody")

    assert person in found(text)


def test_what_belongs_to_an_order_or_a_card_leads_to_its_customer(helena):
    number = helena.records.get().order_set.get().number
    PaySource.objects.create(source_record=helena.records.get(), brand="VISA", last_four="4242")

    assert found(number) == found(number.lower()) == {helena}
    assert found("4242") == found("holy 4242") == {helena}
    assert found("holub 4242") == set()


@table("text", ["•••• 4242", "*4242", "****4242", "xxxx 4242", "card 4242", "Card ending in 4242"])
def test_a_card_is_found_however_its_digits_are_masked(text, helena):
    PaySource.objects.create(source_record=helena.records.get(), brand="VISA", last_four="4242")
    CustomerFactory(first_name="Card")

    assert found(text) == {helena}
    assert interpretation(text).meaning == "card ending in 4242"


@table("text", ["x4242", "-4242", "4242", "card", "4242 4242", "*" * 200, "* 42424"])
def test_what_is_not_masked_is_no_card(text):
    assert last_four(text) == ""


def test_the_ids_that_a_sender_gave_an_order_lead_to_its_customer(helena):
    placed = helena.records.get().order_set.get()
    type(placed).objects.filter(pk=placed.pk).update(external_id="inv 77", client_order_id="web-9")

    assert found("inv 77") == found("web-9") == found("WEB-9".lower()) == {helena}
    assert found("web-") == set()


def test_a_text_that_can_be_one_thing_only_is_understood(helena):
    number = helena.records.get().order_set.get().number

    def read(text):
        said = interpretation(text)
        return said and (said.meaning, said.customer)

    assert read(number.lower()) == (f"order {number.lower()}", helena)
    assert read("C-77 b") == ("external ID C-77 b", helena)
    assert read(str(helena.pk)) == (f"customer {helena.pk}", helena)
    assert read(helena.uuid) == (f"customer {helena.uuid}", helena)
    assert read("(+420) 241-770-449") == ("phone +420 241 770 449", None)
    assert read("8179247272") is None
    assert read("817-924-7272") == ("phone +1 817-924-7272", None)
    assert read("HHOLY@gmail.com") == ("email hholy@gmail.com", None)
    assert [read(text) for text in ("", "helena holy", "241", "a@b c@d")] == [None] * 4


def test_the_number_of_who_was_merged_away_is_understood_as_the_survivor(helena):
    duplicate = customer_with_order(first_name="Helenka", email="hola@example.org")
    survivor = merged(helena, duplicate)

    assert interpretation(str(duplicate.pk)).customer == survivor


def test_a_number_that_two_have_is_offered_for_neither(helena):
    for who in (helena, customer_with_order(email="another@example.org")):
        PaySource.objects.create(source_record=who.records.get(), last_four="4242")

    assert interpretation("4242") is None


def test_a_login_is_found(helena):
    edit_profile(helena, {"cart_login": "helena.holy"}, version=helena.version, by=None, via="page")

    assert found("helena.holy") == {helena}


def test_the_number_and_the_uuid_are_found(helena):
    assert helena in found(str(helena.pk))
    assert found(helena.uuid) == found(helena.uuid.upper()) == {helena}


def test_a_former_name_and_a_former_e_mail_still_find(helena):
    new = {"last_name": "Dvořáková", "email": "new@example.org"}
    edit_profile(helena, new, version=helena.version, by=None, via="page")

    assert found("holy hel") == found("hholy@gmail.com") == found("dvorakova") == found("new@example.org") == {helena}


def test_who_was_merged_away_leads_to_the_survivor_who_stands_there_once(helena):
    duplicate = customer_with_order(first_name="Helenka", last_name="Holá", email="hola@example.org", external_id="M1")
    survivor = merged(helena, duplicate)

    for text in ("helenka", "hel hol", "hola@example.org", "M1", str(duplicate.pk), duplicate.uuid):
        assert list(first_found(text)) == [survivor], text


def test_a_retired_number_is_followed_all_the_way():
    first, second, third = (customer_with_order(email=f"p{n}@example.org") for n in range(3))
    merged(second, first)
    merged(third, Customer.objects.get(pk=second.pk))

    assert third in found(str(first.pk))


def test_the_words_of_a_name_may_stand_in_different_records():
    record = SourceRecordFactory(first_name="Zora", customer=CustomerFactory(first_name="Zora"))
    SourceRecordFactory(last_name="Quinn", customer=record.customer)

    assert found("zora quinn") == {record.customer}


def test_who_is_erased_is_not_found(helena):
    Customer.objects.filter(pk=helena.pk).update(erased_at=helena.created)

    assert found("holy") == found(helena.uuid) == set()


def test_an_order_that_comes_later_is_found_at_once(helena):
    taken = order(email="hholy@gmail.com", first_name="Helena")

    assert found(taken.order.number) == {helena}


def test_no_table_is_read_whole(helena):
    """With rows enough that an index pays, every table that grows is entered through one."""
    records = SourceRecordFactory.create_batch(5, data_source=DataSource.staff(), customer=helena)
    SearchWord.objects.bulk_create(
        SearchWord(source_record=record, customer_id=-n, word=f"w{n}") for record in records for n in range(1_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_searchword")
    with CaptureQueriesContext(connection) as queries:
        assert first_found("holy helena") == [helena]
    plans = [plan_of(query["sql"]) for query in queries]

    read_whole = (
        "Seq Scan on customers_searchword" if connection.vendor == "postgresql" else "SCAN customers_searchword"
    )
    assert any("searchword" in plan for plan in plans)
    assert [plan for plan in plans if read_whole in plan] == []
