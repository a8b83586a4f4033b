"""Whom an incoming order or lead belongs to, rule by rule, and what is not taken in at all."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customers import editing, keys, splitting
from customers.models import (
    Customer,
    DataSource,
    HistoryEntry,
    IgnoredValue,
    MatchKind,
    RecordTotals,
    SourceRecord,
    UnmatchedValue,
)
from orders import associating, intake
from orders.models import Order, OrderItem, Purchase
from tests.acts import dump, merge, undo
from tests.factories import ProductFactory, SourceRecordFactory, order, person

pytestmark = pytest.mark.django_db

HELENA = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com", "phone": "+420 241 770 449"}


def lead(source="Shop", **who) -> intake.Found:
    return intake.take_lead(person(source, **who))


def edit(customer: Customer, **values) -> Customer:
    customer = Customer.objects.get(pk=customer.pk)
    return editing.edit(customer, values, version=customer.version, by=None, via="page")


@pytest.fixture
def helena() -> SourceRecord:
    return lead(**HELENA).record


# Nobody like them: a new customer


def test_somebody_new_becomes_a_customer_with_the_profile_as_received():
    found = lead(**HELENA, country="CZ", billing_address={"line1": "Klanova 9", "country": "CZ"})
    customer = found.record.customer
    assert found.rule == "new"
    assert (customer.name, customer.email, customer.phone) == ("Helena Holý", "hholy@gmail.com", "+420 241 770 449")
    assert customer.billing_address == {"line1": "Klanova 9", "country": "CZ"}
    assert found.record.origin == customer
    assert found.record.country == "CZ"


def test_what_is_no_email_stays_on_the_record_and_out_of_the_profile():
    record = lead(first_name="Helena", email="helena at gmail").record
    assert (record.email, record.customer.email) == ("helena at gmail", "")


def test_an_order_keeps_its_own_copy_of_who_placed_it(helena):
    taken = order(**HELENA | {"first_name": "Helenka"}, shipping_address={"city": "Praha"})
    edit(helena.customer, first_name="Ellen")
    placed = Order.objects.get(pk=taken.order.pk)
    assert (placed.first_name, placed.shipping_address) == ("Helenka", {"city": "Praha"})


def test_the_lines_and_subscriptions_of_an_order_are_written_with_it(helena):
    monthly = ProductFactory()
    incoming = intake.IncomingOrder(
        person(**HELENA),
        Decimal("19.80"),
        "USD",
        lines=[intake.Line("Unlimited Monthly", Decimal("9.90"), 2, monthly, "line 1")],
        subscriptions=[intake.Subscription(monthly, Decimal("9.90"), "TRIAL", "sub 1")],
    )
    taken = intake.take_order(incoming)
    item, purchase = OrderItem.objects.get(), Purchase.objects.get()
    assert (item.order, item.quantity, item.external_id) == (taken.order, 2, "line 1")
    assert (purchase.order, purchase.status, purchase.source_record) == (taken.order, "TRIAL", helena)
    assert Customer.objects.get().billing_status == "active"


# 1. A known external id


def test_a_known_external_id_is_that_record_whatever_else_is_said():
    first = lead(external_id="7", **HELENA)
    again = lead(external_id="7", first_name="Frank", email="frank@x.cz")
    assert (again.rule, again.record) == ("known", first.record)
    assert again.record.first_name == "Helena"


def test_a_known_external_id_counts_with_deduplication_off():
    first = lead(external_id="7", **HELENA)
    assert lead(external_id="7", **HELENA, deduplicate=False).record == first.record


def test_the_same_external_id_of_another_data_source_is_somebody_else():
    first = lead("Shop", external_id="7", first_name="Helena")
    assert lead("Market", external_id="7", first_name="Helena").record.customer != first.record.customer


# 2. The same identity


def test_the_same_identity_however_it_is_written_is_the_same_record(helena):
    found = lead(first_name=" HELENA", last_name="holý ", email="HHoly@GMAIL.com", phone="+420241770449")
    assert (found.rule, found.record) == ("identity", helena)


def test_of_two_records_of_one_identity_the_oldest_is_taken(helena):
    lead(**HELENA, deduplicate=False)
    assert lead(**HELENA).record == helena


def test_the_same_identity_of_another_data_source_gets_a_record_of_its_own(helena):
    found = lead("Market", **HELENA)
    assert (found.rule, found.record.customer) == ("match", helena.customer)
    assert found.record != helena


def test_a_record_that_goes_by_another_external_id_is_not_taken_for_the_same():
    first = lead(external_id="7", **HELENA)
    found = lead(external_id="8", **HELENA)
    assert found.rule == "match"
    assert (found.record.external_id, found.record.customer) == ("8", first.record.customer)


def test_a_name_alone_is_no_identity():
    assert lead(first_name="Helena", last_name="Holý").rule == "new"
    assert lead(first_name="Helena", last_name="Holý").rule == "new"


# 3. The same e-mail or phone, and the same first or last name


@pytest.mark.parametrize("shared", ["email", "phone"])
@pytest.mark.parametrize("named", ["first_name", "last_name"])
def test_the_same_email_or_phone_with_the_same_first_or_last_name_is_a_match(helena, shared, named):
    found = lead("Market", **{shared: HELENA[shared], named: HELENA[named].upper()})
    assert (found.rule, found.record.customer, found.record.origin) == ("match", helena.customer, helena.customer)


@pytest.mark.parametrize(
    "who",
    [
        {"email": "hholy@gmail.com", "first_name": "Frank", "last_name": "Harris"},
        {"email": "hholy@gmail.com"},
        {"phone": "+420 241 770 449", "first_name": "Holý", "last_name": "Helena"},
        {"first_name": "Helena", "last_name": "Holý", "email": "other@gmail.com", "phone": "+420 241 770 450"},
        {"first_name": "Helena", "last_name": "Holý"},
        {},
    ],
)
def test_anything_less_is_somebody_new(helena, who):
    assert lead("Market", **who).rule == "new"


def test_blank_matches_no_blank():
    lead(first_name="Helena")
    lead(email="hholy@gmail.com")
    assert lead("Market", email="hholy@gmail.com").rule == "new"
    assert lead("Market", first_name="Helena").rule == "new"


def test_a_number_written_without_its_country_is_read_in_the_senders(helena):
    assert lead("Market", first_name="Helena", phone="241 770 449", country="FR").rule == "new"
    assert lead("Market", first_name="Helena", phone="00 420 241 770 449", country="FR").rule == "match"
    assert (
        lead("Post", first_name="Elena", last_name="Holý", phone="241 770449", country="Czech Republic").rule == "match"
    )


def test_a_number_that_is_none_matches_as_it_is_written():
    lead(first_name="Helena", phone="99 99 12 3")
    assert lead("Market", first_name="Helena", phone="9999123").rule == "match"


def test_of_several_customers_who_match_the_oldest_wins(helena):
    lead(**HELENA, deduplicate=False)
    assert lead("Market", **HELENA).record.customer == helena.customer


def test_the_oldest_is_the_customer_created_first_not_the_lowest_number(helena):
    older = lead(**HELENA, deduplicate=False).record
    Customer.objects.filter(pk=older.customer_id).update(created=timezone.now() - timedelta(days=9))
    assert lead("Market", **HELENA).record.customer == older.customer


def test_what_staff_typed_into_the_profile_counts(helena):
    edit(helena.customer, email="typed@gmail.com", first_name="Ellen")
    assert lead("Market", email="typed@gmail.com", first_name="Ellen").record.customer == helena.customer


def test_a_former_email_or_name_that_a_record_has_counts(helena):
    edit(helena.customer, email="typed@gmail.com", first_name="Ellen")
    assert lead("Market", email="hholy@gmail.com", first_name="Ellen").record.customer == helena.customer
    assert lead("Post", email="typed@gmail.com", first_name="Helena").record.customer == helena.customer


def test_the_email_of_one_record_and_the_name_of_another_are_a_match(helena):
    lead("Market", first_name="Elena", last_name="Holý", phone=HELENA["phone"], email="elena@work.cz")
    assert lead("Post", first_name="Elena", email=HELENA["email"]).record.customer == helena.customer


@pytest.mark.parametrize("who", [{"email": "none@none.com"}, {"phone": "000 000 0000"}, {"phone": "+1 555 555 5555"}])
def test_a_placeholder_is_nobodys(who):
    lead(first_name="Helena", **who)
    assert lead("Market", first_name="Helena", **who).rule == "new"


def test_a_value_that_staff_ignore_matches_nobody(helena):
    IgnoredValue.objects.create(kind=MatchKind.EMAIL, value="hholy@gmail.com")
    assert lead("Market", first_name="Helena", email="hholy@gmail.com").rule == "new"


def test_a_value_that_a_record_is_not_to_be_known_by_does_not_match_it(helena, agent):
    UnmatchedValue.objects.create(source_record=helena, kind=MatchKind.EMAIL, value="hholy@gmail.com", by=agent)
    keys.refresh([helena])
    assert lead("Market", first_name="Helena", email="hholy@gmail.com").rule == "new"


def test_an_erased_customer_matches_nobody():
    customer = SourceRecordFactory(first_name="Helena", email="hholy@gmail.com").customer
    Customer.objects.filter(pk=customer.pk).update(erased_at=timezone.now())
    assert lead("Market", first_name="Helena", email="hholy@gmail.com").rule == "new"


def test_a_match_with_a_merged_customer_belongs_to_the_survivor_and_goes_back_on_an_undo(helena):
    other = lead("Market", first_name="Frank", email="frank@x.cz").record
    made = merge(helena.customer, other.customer)
    found = lead("Post", first_name="Frank", email="frank@x.cz")
    assert (found.record.customer, found.record.origin) == (helena.customer, other.origin)
    undo(made)
    assert SourceRecord.objects.get(pk=found.record.pk).customer == other.origin


def test_of_the_records_that_match_the_one_whose_name_agrees_is_where_the_new_one_came_from(helena):
    frank = lead("Market", **HELENA | {"first_name": "Frank", "last_name": "Harris"}, deduplicate=False).record
    made = merge(helena.customer, frank.customer)
    found = lead("Post", first_name="Frank", email=HELENA["email"])
    assert found.record.origin == frank.origin
    undo(made)
    assert SourceRecord.objects.get(pk=found.record.pk).customer == frank.origin


def test_a_record_that_was_split_off_keeps_what_comes_for_it(helena):
    matched = lead("Market", external_id="7", **HELENA).record
    new = splitting.split(matched, by=None)
    assert lead("Market", external_id="7", **HELENA).record.customer == new


def test_a_profile_is_never_changed_by_what_comes_in(helena):
    before = Customer.objects.values().get(pk=helena.customer_id)
    order(**HELENA | {"last_name": "Nováková"}, billing_address={"city": "Brno"})
    order("Market", **HELENA | {"phone": "+420 602 330 910"})
    assert Customer.objects.values().get(pk=helena.customer_id) == before


# A customer has few records


def test_a_data_source_without_ids_makes_at_most_fifty_records_of_a_customer(helena):
    for number in range(associating.MOST_RECORDS + 3):
        found = lead(**HELENA | {"last_name": f"Holý {number}"})
    assert found.rule == "match"
    assert helena.customer.records.filter(data_source=helena.data_source).count() == associating.MOST_RECORDS


def test_a_record_too_many_is_one_of_the_customer_that_matched_so_that_it_goes_back(helena, monkeypatch):
    monkeypatch.setattr(associating, "MOST_RECORDS", 1)
    frank = lead(first_name="Frank", email="frank@x.cz").record
    made = merge(helena.customer, frank.customer)
    found = lead(**HELENA | {"last_name": "Nováková"})
    assert found.record == helena
    undo(made)
    assert SourceRecord.objects.get(pk=found.record.pk).customer == helena.customer


# 4. Deduplication off


def test_with_deduplication_off_everybody_is_new(helena):
    found = lead(**HELENA, deduplicate=False)
    assert found.rule == "new"
    assert found.record.customer != helena.customer


# The same request again


@pytest.mark.parametrize("named", ["external_id", "client_order_id"])
def test_an_order_that_is_sent_again_is_the_first_one_and_is_counted_once(named):
    who = person(**HELENA)
    first = intake.take_order(intake.IncomingOrder(who, Decimal(5), "USD", **{named: "o1"}))
    other = person(first_name="Frank")
    again = intake.take_order(intake.IncomingOrder(other, Decimal(6), "USD", **{named: "o1"}))
    assert (again.order, again.is_repeat, again.found.record) == (first.order, True, first.found.record)
    assert Customer.objects.count() == 1
    assert RecordTotals.objects.get().amount == 500


def test_the_order_id_of_another_data_source_is_another_order():
    for source in ("Shop", "Market"):
        intake.take_order(intake.IncomingOrder(person(source, **HELENA), Decimal(5), "USD", external_id="o1"))
    assert Order.objects.count() == 2


def test_orders_without_ids_are_orders_of_their_own():
    assert order(**HELENA).order != order(**HELENA).order


# What cannot be stored


BAD_PEOPLE = {
    "NUL in a name": {"first_name": "Hel\x00ena"},
    "half a surrogate pair": {"first_name": "Hel\ud800ena"},
    "an e-mail of 300 characters": {"email": "h" * 290 + "@gmail.com"},
    "a phone of 41 characters": {"phone": "1" * 41},
    "a long external id": {"external_id": "7" * 256},
    "NUL in the external id": {"external_id": "7\x00"},
    "NUL in an address": {"billing_address": {"city": "Pra\x00ha"}},
    "a long address": {"shipping_address": {"line1": "K" * 121}},
}


@pytest.mark.parametrize("bad", BAD_PEOPLE.values(), ids=BAD_PEOPLE)
def test_a_person_who_cannot_be_stored_is_refused_and_nothing_is_written(bad):
    who = person(**HELENA | bad)
    before = dump()
    with pytest.raises(intake.IntakeError):
        intake.take_lead(who)
    with pytest.raises(intake.IntakeError):
        intake.take_order(intake.IncomingOrder(who, Decimal(5), "USD"))
    assert dump() == before


BAD_ORDERS = {
    "not a number": {"total": Decimal("NaN")},
    "infinite": {"total": Decimal("Infinity")},
    "negative": {"total": Decimal(-1)},
    "more than can be paid": {"total": Decimal(10**10)},
    "half a cent": {"total": Decimal("0.005")},
    "cents of a currency without": {"total": Decimal("0.5"), "currency": "JPY"},
    "no currency": {"currency": ""},
    "a sign for a currency": {"currency": "$"},
    "a currency in small letters": {"currency": "usd"},
    "a currency with a digit": {"currency": "US1"},
    "a currency in other letters": {"currency": "ÄÖÜ"},
    "a time without a zone": {"at": datetime(2026, 1, 1)},
    "a status that is none": {"status": "PAID"},
    "a kind that is none": {"kind": "GIFT"},
    "a long order id": {"external_id": "o" * 256},
    "NUL in the client's order id": {"client_order_id": "o\x00"},
    "a line of NaN": {"lines": [intake.Line("Shirt", Decimal("NaN"))]},
    "a line with a long description": {"lines": [intake.Line("S" * 201, Decimal(1))]},
    "a negative quantity": {"lines": [intake.Line("Shirt", Decimal(1), quantity=-1)]},
    "a huge quantity": {"lines": [intake.Line("Shirt", Decimal(1), quantity=2**31)]},
}


@pytest.mark.parametrize("bad", BAD_ORDERS.values(), ids=BAD_ORDERS)
def test_an_order_that_cannot_be_stored_is_refused_and_nothing_is_written(bad):
    good = intake.IncomingOrder(person(**HELENA), Decimal(5), "USD")
    before = dump()
    with pytest.raises(intake.IntakeError):
        intake.take_order(replace(good, **bad))
    assert dump() == before


@pytest.mark.parametrize("bad", [{"price": Decimal(-1)}, {"price": Decimal("NaN")}, {"status": "LATE"}])
def test_a_subscription_that_cannot_be_stored_is_refused_and_nothing_is_written(bad):
    subscription = replace(intake.Subscription(ProductFactory(), Decimal(5)), **bad)
    incoming = intake.IncomingOrder(person(**HELENA), Decimal(5), "USD", subscriptions=[subscription])
    before = dump()
    with pytest.raises(intake.IntakeError):
        intake.take_order(incoming)
    assert dump() == before


def test_an_email_that_grows_when_it_is_normalised_is_taken_in_and_not_matched_by():
    who = {"first_name": "Helena", "email": "ß" * 200 + "@x.cz"}
    assert lead(**who).record.match_keys.count() == 0
    assert lead("Market", **who).rule == "new"


def test_the_longest_values_that_fit_are_taken_in():
    taken = order(
        first_name="H" * 100, last_name="ŉ" * 100, company="C" * 200, email=f"{'h' * 60}@{'x' * 60}.cz", phone="1" * 40
    )
    assert taken.order.last_name == "ŉ" * 100


# History


def test_a_new_customer_and_their_order_are_told_in_the_history(helena, agent):
    intake.take_order(intake.IncomingOrder(person(**HELENA), Decimal("9.90"), "USD"), by=agent)
    created, ordered = HistoryEntry.objects.order_by("pk")
    assert created.text == "Customer created as a lead"
    assert ordered.text == f"Order {Order.objects.get().number} placed, 9.90 USD"
    assert (ordered.by, ordered.source_record) == (agent, helena)


def test_the_home_record_is_not_made_by_what_comes_in(helena):
    order(**HELENA)
    assert not SourceRecord.objects.filter(data_source__name=DataSource.STAFF).exists()
