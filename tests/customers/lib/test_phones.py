import pytest

from customers.lib.identity import comparable_phone
from customers.profile.clean import clean_typed, comparable
from customers.profile.display import former_contacts
from customers.profile.fields import BY_KEY
from tests.factories import CustomerFactory, SourceRecordFactory


@pytest.mark.parametrize(
    ("one", "other", "country"),
    [
        ("+420 241 770 449", "241 770 449", "CZ"),
        ("(817) 924-7272", "+1 817.924.7272", "US"),
        ("1234 5678 1234 5678 90", "1234-5678-1234-5678-90", ""),
        ("Call after 6", "call  AFTER 6", ""),
        ("", " ", ""),
    ],
)
def test_two_spellings_of_a_phone_are_the_same(one, other, country):
    assert comparable_phone(one, country) == comparable_phone(other, country)


@pytest.mark.parametrize(
    ("one", "other"),
    [("+420 241 770 449", "+1 241 770 449"), ("1234 5678 1234 5678 90", "1234 5678 1234 5678 91"), ("12", "1 2 3")],
)
def test_two_phones_are_not_the_same(one, other):
    assert comparable_phone(one) != comparable_phone(other)


@pytest.mark.django_db
def test_a_phone_that_cannot_be_parsed_is_the_same_by_its_digits_on_every_page():
    written, also_written = "1234 5678 1234 5678 90", "1234-5678-1234-5678-90"
    helena = CustomerFactory(phone=written)
    record = SourceRecordFactory(customer=helena, phone=also_written)

    phone = BY_KEY["phone"]
    assert comparable(phone, written, country="CZ") == comparable(phone, also_written, country="CZ")
    assert list(former_contacts(helena, [record])) == []
    assert clean_typed(phone, written) == written
