"""Which of several customers an incoming person is, and what staff decided about them before."""

import pytest

from customers.matching.exclusions import exclude, include
from customers.matching.keys import MOST_SHARING
from customers.matching.not_duplicates import mark_not_duplicates
from customers.merging.split import split_record
from customers.models import Customer, IgnoredValue, MatchKey, SourceRecord
from tests.acts import edit, merge
from tests.factories import lead
from tests.tables import table

pytestmark = pytest.mark.django_db
EMAIL, PHONE = "smith@example.org", "+420 241 770 449"


def smith(first_name: str, **who) -> Customer:
    """A customer of their own, whoever is there already."""
    return lead(
        first_name=first_name, **{"last_name": "Smith", "email": EMAIL, "deduplicate": False, **who}
    ).record.customer


def arriving(first_name: str, last_name: str = "Smith", source="Market", **who):
    return lead(source, first_name=first_name, last_name=last_name, **who)


def fill_mailbox(**shared) -> None:
    for number in range(MOST_SHARING):
        lead("Office", first_name=f"Clerk {number}", last_name=f"No {number}", deduplicate=False, **shared)


# The best match


@table("first_name", ["Tom", "Tim"])
def test_of_two_on_one_email_the_one_with_both_names_is_taken(first_name):
    people = {name: smith(name) for name in ("Tom", "Tim")}
    assert arriving(first_name, email=EMAIL).record.customer == people[first_name]


def test_both_names_go_before_email_and_phone_with_one_name():
    smith("Tom", phone=PHONE)
    tim = smith("Tim", email="", phone=PHONE)
    assert arriving("Tim", email=EMAIL, phone=PHONE).record.customer == tim


def test_both_names_by_the_phone_go_before_one_name_by_the_email():
    smith("Tom")
    tim = smith("Tim", email="tim@example.org", phone=PHONE)
    assert arriving("Tim", email=EMAIL, phone=PHONE).record.customer == tim


def test_both_names_of_a_merged_customer_go_before_one_name_of_an_older_one():
    smith("Tom")
    survivor = smith("Zoe", email="zoe@example.org")
    tim = smith("Tim")
    merge(survivor, tim)
    record = arriving("Tim", email=EMAIL).record
    assert (record.customer, record.origin) == (survivor, tim)


def test_with_as_many_names_email_and_phone_go_before_the_oldest():
    smith("Tom")
    both = smith("Tom", phone=PHONE)
    assert arriving("Tom", email=EMAIL, phone=PHONE).record.customer == both


def test_a_phone_written_in_two_ways_is_one_value():
    oldest = smith("Tom", email="", phone="+420241770449")
    smith("Tom", phone="999")
    assert arriving("Tom", email=EMAIL, phone="+420 241 770 449").record.customer == oldest


def test_who_agrees_in_as_much_is_the_oldest():
    oldest = smith("Tom")
    smith("Tom")
    assert arriving("Tom", email=EMAIL).record.customer == oldest


# What staff decided


def test_a_person_split_off_who_orders_again_is_the_customer_who_was_split_off():
    tom = smith("Tom")
    associated = arriving("Tim", email=EMAIL).record
    assert associated.customer == tom
    tim = split_record(associated, by=None)
    for source in ("Market", "Post"):
        assert arriving("Tim", source=source, email=EMAIL).record.customer == tim
    assert arriving("Tom", source="Post", email=EMAIL).record.customer == tom


def test_a_person_split_off_is_not_associated_by_another_value_either():
    smith("Tom", phone=PHONE)
    split_record(arriving("Tim", email=EMAIL).record, by=None)
    assert arriving("Tim", source="Post", email="new@example.org", phone=PHONE).kind == "new"


def test_of_namesakes_marked_as_not_duplicates_the_one_of_the_same_data_source_is_taken():
    smith("Tom")
    junior = split_record(arriving("Tom", email=EMAIL).record, by=None)
    assert arriving("Tom", email=EMAIL, phone=PHONE).record.customer == junior


def test_a_record_of_the_person_that_was_left_behind_by_a_split_does_not_take_the_next_order():
    tom = smith("Tom")
    arriving("Tim", email=EMAIL)
    tim = split_record(arriving("Tim", source="Post", email=EMAIL).record, by=None)
    assert tom.records.filter(first_name="Tim").exists()
    assert arriving("Tim", source="Third", email=EMAIL).record.customer == tim


def test_the_short_name_of_one_who_was_marked_as_no_duplicate_is_not_the_other(agent):
    tom, tim = smith("Tom"), smith("Tim")
    mark_not_duplicates(tom, tim, by=agent)
    assert arriving("Timothy", email=EMAIL).record.customer == tim


def test_a_mark_counts_after_a_merge(agent):
    tom, tim = smith("Tom", phone=PHONE), smith("Tim")
    mark_not_duplicates(tom, tim, by=agent)
    merge(smith("Zoe", email="zoe@example.org"), tim)
    assert arriving("Tim", email="new@example.org", phone=PHONE).kind == "new"


def test_a_mark_about_others_changes_nothing(agent):
    tom = smith("Tom")
    mark_not_duplicates(tom, smith("Zoe", last_name="Jones"), by=agent)
    assert arriving("Tim", email=EMAIL).record.customer == tom


def test_an_email_excluded_from_matching_stays_so_on_what_comes_by_the_phone(agent):
    tom = smith("Tom", phone=PHONE)
    exclude(tom, "email", EMAIL, by=agent)
    record = arriving("Tom", email=EMAIL, phone=PHONE).record
    assert record.customer == tom
    assert not MatchKey.objects.filter(value=EMAIL).exists()
    assert arriving("Tim", source="Post", email=EMAIL).kind == "new"
    include(tom, "email", EMAIL, by=agent)
    assert MatchKey.objects.filter(source_record=record, value=EMAIL).exists()


def test_the_same_identity_by_an_excluded_email_is_somebody_new(agent):
    tom = smith("Tom")
    exclude(tom, "email", EMAIL, by=agent)
    again = arriving("Tom", source="Shop", email=EMAIL)
    assert again.kind == "new"
    assert arriving("Tom", source="Shop", email=EMAIL).record == again.record


# Values that recognise nobody, or only both names


def twice(**who) -> tuple[SourceRecord, SourceRecord]:
    who = {"first_name": "Maria", "last_name": "Garcia", **who}
    return lead(**who).record, lead(**who).record


@table("who", [{"email": "noemail@noemail.com"}, {"phone": "000 000 0000"}])
def test_the_same_identity_by_placeholders_only_is_two_people(who):
    one, other = twice(**who)
    assert one.customer != other.customer


def test_the_same_identity_by_ignored_values_only_is_two_people():
    IgnoredValue.objects.create(kind="email", value=EMAIL)
    one, other = twice(email=EMAIL)
    assert one.customer != other.customer
    one, other = twice(email=EMAIL, phone=PHONE)
    assert one.customer == other.customer


def test_a_value_that_too_many_have_recognises_both_names_only():
    tom = smith("Tom")
    fill_mailbox(email=EMAIL)
    assert arriving("Tom", email=EMAIL).record.customer == tom
    assert arriving("Tim", email=EMAIL).kind == "new"


def test_one_name_by_a_value_that_too_many_have_is_somebody_new_each_time():
    fill_mailbox(email=EMAIL)
    one, other = twice(last_name="", email=EMAIL)
    assert one.customer != other.customer


def test_a_value_that_many_records_of_one_customer_have_is_not_one_that_too_many_have():
    tom = smith("Tom")
    for number in range(MOST_SHARING + 5):
        arriving("Tom", source=f"Shop {number}", email=EMAIL)
    assert arriving("Tim", source="Post", email=EMAIL).record.customer == tom


def test_a_name_that_staff_typed_is_one_of_both_names():
    tom = smith("T")
    fill_mailbox(email=EMAIL)
    edit(tom, first_name="Thomas")
    assert arriving("Thomas", email=EMAIL).record.customer == tom
