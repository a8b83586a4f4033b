"""A number that is written plainly is read as the library reads it, whose rules it does not ask."""

import random
from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from customers.lib.phones.digits import phone_digits
from customers.lib.phones.normal_form import phones_by_library
from customers.lib.phones.plain_numbers import plain_dialled, plain_number
from customers.lib.phones.search_words import dialled_by_library

FORMATS = (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL)
DEFAULT_REGIONS = ("US", "BS", "GB")
NEARBY = 2


def test_a_plain_number_is_the_number_that_the_library_reads():
    plain = 0
    for text in writings():
        for region in DEFAULT_REGIONS:
            if number := plain_number(text, region):
                plain += 1
                read = [(phone.number, phone.digits) for phone in phones_by_library(text, region)]
                assert read == [(number, phone_digits(text))], (text, region)
    assert plain > 3000


def test_a_number_is_dialled_in_its_country_as_the_library_writes_it():
    plain = 0
    for text in writings():
        for phone in phones_by_library(text, "US"):
            number = phone.number.partition(";")[0]
            if number and (dialled := plain_dialled(number)):
                plain += 1
                assert dialled == dialled_by_library(number), number
    assert plain > 1000


def writings() -> Iterator[str]:
    """Examples of each kind of number of all countries, and others that have other digits, or more, or fewer."""
    chance = random.Random(7)  # noqa: S311 - the same each time, no secret
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in PhoneNumberType.values():
            if example := phonenumbers.example_number_for_type(region, kind):
                written = [phonenumbers.format_number(example, form) for form in FORMATS]
                yield from written
                yield from (nearby(chance.choice(written), chance) for _ in range(NEARBY))


def nearby(text: str, chance: random.Random) -> str:
    characters = list(text)
    place = chance.randrange(1, len(characters))
    match chance.randrange(3):
        case 0:
            characters[place] = chance.choice("0123456789")
        case 1:
            characters.insert(place, chance.choice("0123456789 -()"))
        case _:
            del characters[place]
    return "".join(characters)
