"""The same email or phone, and the same first or last name."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.merging.split import split_record
from customers.models import Customer, IgnoredValue, MatchKind, SourceRecord, UnmatchedValue
from customers.records import match_keys
from tests.acts import edit, merge, undo
from tests.factories import IDENTITY, SourceRecordFactory, lead, order
from tests.tables import table

pytestmark = pytest.mark.django_db


@table("shared", ["email", "phone"])
@table("named", ["first_name", "last_name"])
def test_the_same_email_or_phone_with_the_same_first_or_last_name_is_a_match(helena, shared, named):
    assigned = lead("Market", **{shared: IDENTITY[shared], named: IDENTITY[named].upper()})
    assert (assigned.kind, assigned.record.customer, assigned.record.origin) == (
        "match",
        helena.customer,
        helena.customer,
    )


@table(
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
    assert lead("Market", **who).kind == "new"


def test_blank_matches_no_blank():
    lead(first_name="Helena")
    lead(email="hholy@gmail.com")
    assert lead("Market", email="hholy@gmail.com").kind == "new"
    assert lead("Market", first_name="Helena").kind == "new"


def test_a_number_written_without_its_country_is_read_in_the_senders(helena):
    assert lead("Market", first_name="Helena", phone="241 770 449", country="FR").kind == "new"
    assert lead("Market", first_name="Helena", phone="00 420 241 770 449", country="FR").kind == "match"
    assert (
        lead("Post", first_name="Elena", last_name="Holý", phone="241 770449", country="Czech Republic").kind == "match"
    )


def test_a_number_that_is_none_matches_as_it_is_written():
    lead(first_name="Helena", phone="99 99 12 3")
    assert lead("Market", first_name="Helena", phone="9999123").kind == "match"


def test_of_several_customers_who_match_the_oldest_wins(helena):
    lead(**IDENTITY, deduplicate=False)
    assert lead("Market", **IDENTITY).record.customer == helena.customer


def test_the_oldest_is_the_customer_created_first_not_the_lowest_number(helena):
    older = lead(**IDENTITY, deduplicate=False).record
    Customer.objects.filter(pk=older.customer_id).update(created=timezone.now() - timedelta(days=9))
    assert lead("Market", **IDENTITY).record.customer == older.customer


def test_what_staff_typed_into_the_profile_counts(helena):
    edit(helena.customer, email="typed@gmail.com", first_name="Ellen")
    assert lead("Market", email="typed@gmail.com", first_name="Ellen").record.customer == helena.customer


def test_a_former_email_or_name_that_a_record_has_counts(helena):
    edit(helena.customer, email="typed@gmail.com", first_name="Ellen")
    assert lead("Market", email="hholy@gmail.com", first_name="Ellen").record.customer == helena.customer
    assert lead("Post", email="typed@gmail.com", first_name="Helena").record.customer == helena.customer


def test_the_email_of_one_record_and_the_name_of_another_are_a_match(helena):
    lead("Market", first_name="Elena", last_name="Holý", phone=IDENTITY["phone"], email="elena@work.cz")
    assert lead("Post", first_name="Elena", email=IDENTITY["email"]).record.customer == helena.customer


@table("who", [{"email": "none@none.com"}, {"phone": "000 000 0000"}, {"phone": "+1 555 555 5555"}])
def test_a_placeholder_is_nobodys(who):
    lead(first_name="Helena", **who)
    assert lead("Market", first_name="Helena", **who).kind == "new"


def test_a_value_that_staff_ignore_matches_nobody(helena):
    IgnoredValue.objects.create(kind=MatchKind.EMAIL, value="hholy@gmail.com")
    assert lead("Market", first_name="Helena", email="hholy@gmail.com").kind == "new"


def test_a_value_that_a_record_is_not_to_be_known_by_does_not_match_it(helena, agent):
    UnmatchedValue.objects.create(source_record=helena, kind=MatchKind.EMAIL, value="hholy@gmail.com", by=agent)
    match_keys.refresh([helena])
    assert lead("Market", first_name="Helena", email="hholy@gmail.com").kind == "new"


def test_an_erased_customer_matches_nobody():
    customer = SourceRecordFactory(first_name="Helena", email="hholy@gmail.com").customer
    Customer.objects.filter(pk=customer.pk).update(erased_at=timezone.now())
    assert lead("Market", first_name="Helena", email="hholy@gmail.com").kind == "new"


def test_a_match_with_a_merged_customer_belongs_to_the_survivor_and_goes_back_on_an_undo(helena):
    other = lead("Market", first_name="Frank", email="frank@x.cz").record
    merged = merge(helena.customer, other.customer)
    assigned = lead("Post", first_name="Frank", email="frank@x.cz")
    assert (assigned.record.customer, assigned.record.origin) == (helena.customer, other.origin)
    undo(merged)
    assert SourceRecord.objects.get(pk=assigned.record.pk).customer == other.origin


def test_of_the_records_that_match_the_one_whose_name_agrees_is_where_the_new_one_came_from(helena):
    frank = lead("Market", **IDENTITY | {"first_name": "Frank", "last_name": "Harris"}, deduplicate=False).record
    merged = merge(helena.customer, frank.customer)
    assigned = lead("Post", first_name="Frank", email=IDENTITY["email"])
    assert assigned.record.origin == frank.origin
    undo(merged)
    assert SourceRecord.objects.get(pk=assigned.record.pk).customer == frank.origin


def test_a_record_that_was_split_off_keeps_what_comes_for_it(helena):
    matched = lead("Market", external_id="7", **IDENTITY).record
    new = split_record(matched, by=None)
    assert lead("Market", external_id="7", **IDENTITY).record.customer == new


def test_a_profile_is_never_changed_by_what_comes_in(helena):
    before = Customer.objects.values().get(pk=helena.customer_id)
    order(**IDENTITY | {"last_name": "Nováková"}, billing_address={"city": "Brno"})
    order("Market", **IDENTITY | {"phone": "+420 602 330 910"})
    after = Customer.objects.values().get(pk=helena.customer_id)
    assert after.pop("updated") > before.pop("updated")  # there is another source record
    assert after == before
