"""Which writings of a phone recognise the customer of a lead, and which are somebody else's."""

import pytest

from customers.matching.duplicates import duplicates_of
from customers.matching.worklist.queue import read_window
from tests.factories import lead
from tests.tables import table

pytestmark = pytest.mark.django_db

US = {"country": "US"}
NL = {"country": "Nederland"}
SAME = [
    (("+55 11 8714-2356", {}), ("+55 11 98714-2356", {})),
    (("+55 11 8888-8888", {}), ("+55 11 98888-8888", {})),
    (("+52 1 55 1234 5678", {}), ("+52 55 1234 5678", {})),
    (("+54 9 11 4345 6712", {}), ("+54 11 4345 6712", {})),
    (("00420 241 770 449", {}), ("+420 241 770 449", {})),
    (("06-12345678", NL), ("+31 6 12345678", {})),
    (("06-12345678", {"country": "NLD"}), ("0031612345678", {"country": "Narnia"})),
    (("8179247272.0", US), ("817-924-7272", US)),
    (("817-924-7272 / 817-924-7273", US), ("+1 817 924 7273", {})),
    (("817-924-7272", US), ("817-924-7272 or 817-924-7273", US)),
    # One side has no whole number, so the digits count.
    (("555-0142", US), ("555 0142", US)),
    (("8179247272", {"country": "Narnia"}), ("817-924-7272", US)),
    (("06-12345678", {"country": "Narnia"}), ("06 12345678", NL)),
]
OTHERS = [
    (("555-0142", US), ("+1 817 555 0142", US)),
    (("7946018", {"country": "GB"}), ("+44 794 6018", {})),
    (("06-12345678", NL), ("06 12345678", {"country": "FR"})),
    (("+49 30 901820", {}), ("4930901820", US)),
    (("817-924-7272 x5", US), ("817-924-7272 x6", US)),
    (("4.20242E+11", {}), ("4.20242E+11", {})),
    (("4.20242E+11", {}), ("42024211", {})),
    (("8179247272.0", US), ("81792472720", US)),
    (("817-924-7272 / 817-924-7273", US), ("817-924-7274 / 817-924-7275", US)),
    (("+55 11 8714-2356", {}), ("+55 21 98714-2356", {})),
    (("241 770 449", {"country": "CZ"}), ("241 770 449", {"country": "SK"})),
    (("241 770 449", {"country": "CZ"}), ("+1 241 770 4490", {})),
]


def customer_of(source, sent):
    phone, country = sent
    return lead(source, first_name="Ida", last_name="Holub", phone=phone, **country).record.customer


def two_customers(one, other):
    """With the phones; deduplication is off."""
    people = [{"first_name": "Ida", "phone": phone, **country, "deduplicate": False} for phone, country in (one, other)]
    return [lead(**who).record.customer for who in people]


@table(("one", "other"), SAME)
def test_two_writings_of_one_phone_recognise_each_other(one, other):
    assert customer_of("Shop", one) == customer_of("Market", other)


@table(("one", "other"), OTHERS)
def test_what_may_be_another_phone_recognises_nobody(one, other):
    assert customer_of("Shop", one) != customer_of("Market", other)


@table(("one", "other"), SAME)
def test_two_writings_of_one_phone_suggest_a_duplicate(one, other):
    first, second = two_customers(one, other)
    assert [candidate.customer for candidate in duplicates_of(first)] == [second]
    assert [group.customers for group in read_window().groups] == [{first.pk, second.pk}]


@table(("one", "other"), OTHERS)
def test_what_may_be_another_phone_suggests_no_duplicate(one, other):
    first, second = two_customers(one, other)
    assert duplicates_of(first) == duplicates_of(second) == []
    assert read_window().groups == ()


def test_a_third_with_the_digits_alone_does_not_make_two_numbers_one():
    first, second = two_customers(("06-12345678", NL), ("06 12345678", {"country": "FR"}))
    third = lead(first_name="Eva", phone="06 12345678", country="Narnia", deduplicate=False).record.customer
    assert [candidate.customer for candidate in duplicates_of(first)] == [third]
    assert {candidate.customer for candidate in duplicates_of(third)} == {first, second}


def test_what_was_sent_stays_as_it_was_written():
    record = lead(first_name="Ida", phone="+55 11 8714-2356 / 0044 20 7946 0018").record
    assert record.phone == record.customer.phone == "+55 11 8714-2356 / 0044 20 7946 0018"
