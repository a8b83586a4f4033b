"""Several words that are a part of an address together: “Tucson AZ”, “Tucson, AZ 85701”, “Main Street Tucson”.

A name may stand before it: “Brennan Tucson AZ”. The city or the postal code is looked up in its index, and the rest is
asked of the customers there. So it costs as much as there are customers in that city, and nothing where the words name
no place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.lookups import In

from customers.lib.addresses.countries import country_code
from customers.lib.addresses.states import NAMES
from customers.lib.identity import fold
from customers.lib.names import name_words
from customers.models import Customer, SearchWord
from customers.models.places import BillingCity, BillingPostalCode
from customers.search.beginnings import begins

MOST_WORDS, LONGEST_CITY, LONGEST_STATE = 10, 4, 3
SEPARATORS = re.compile(r"[\s,;]+")
STREETS = frozenset(
    {
        *(
            "street",
            "st",
            "avenue",
            "ave",
            "road",
            "rd",
            "drive",
            "dr",
            "lane",
            "ln",
            "boulevard",
            "blvd",
            "court",
            "ct",
        ),
        *("place", "pl", "square", "sq", "way", "highway", "hwy", "parkway", "pkwy", "terrace", "ter", "trail"),
        *("straße", "strasse", "str", "platz", "weg", "allee", "rue", "via", "calle", "ulice", "ulica"),
    }
)
"""By one of these, or a house number, words before a city are known to be no name."""
STATES = {code.casefold(): {code, name} for names in NAMES.values() for code, name in names.items()}
STATES |= {name.casefold(): {code, name} for names in NAMES.values() for code, name in names.items()}


@dataclass(frozen=True)
class AddressWords:
    """One way to read the words. An address has two parts at least, of which one is a city or a postal code.

    A name before it is told from other words by what follows: two parts, or a city of several words. Of a name and a
    city of one word, each word is looked up anyway.
    """

    before: Sequence[str] = ()
    """A street, or a name."""
    city: str = ""
    state: str = ""
    postal_code: str = ""

    @property
    def is_address(self) -> bool:
        parts = sum(map(bool, (self.city, self.state, self.postal_code)))
        if not (self.city or self.postal_code):
            return False
        return parts > 1 or bool(self.before and (_is_street(self.before) or " " in self.city))

    @property
    def condition(self) -> Q:
        """Besides the part that is looked up."""
        asked = Q()
        if self.city:
            asked &= Q(In(BillingCity(), spellings(self.city)))
        if self.postal_code:
            asked &= Q(In(BillingPostalCode(), _postal_codes(self.postal_code)))
        if self.state:
            asked &= Q(billing_address__state__in=_states(self.state))
        for word in self.before:
            asked &= _in_street(word) if _is_street(self.before) else _in_name(word)
        return asked


def customers_at(text: str) -> Iterator[QuerySet[Customer]]:
    """Queries of one index each: by the city, and by the postal code of readings without a city."""
    words = [word for word in SEPARATORS.split(text) if word]
    if not 1 < len(words) <= MOST_WORDS:
        return
    readings = [*_readings(words)]
    in_cities = [reading for reading in readings if reading.city]
    if in_cities:
        cities = sorted({spelling for reading in in_cities for spelling in spellings(reading.city)})
        yield Customer.objects.filter(In(BillingCity(), cities), _any(in_cities))
    at_codes = [reading for reading in readings if not reading.city]
    if at_codes:
        codes = sorted({spelling for reading in at_codes for spelling in _postal_codes(reading.postal_code)})
        yield Customer.objects.filter(In(BillingPostalCode(), codes), _any(at_codes))


def spellings(text: str) -> list[str]:
    """As it is written, and in capital or small letters."""
    return sorted({text, text.title(), text.capitalize(), text.upper(), text.lower()})


def _readings(words: Sequence[str]) -> Iterator[AddressWords]:
    # The country says nothing more about a city with its state or postal code.
    if len(words) > 2 and country_code(words[-1]) and words[-1].casefold() not in STATES:
        words = words[:-1]
    for without_code, code in _without_postal_code(words):
        for rest, state in _without_state(without_code):
            for length in range(min(LONGEST_CITY, len(rest)) + 1):
                before, city = rest[: len(rest) - length], " ".join(rest[len(rest) - length :])
                reading = AddressWords(before, city, state, code)
                if reading.is_address:
                    yield reading


def _without_postal_code(words: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    yield words, ""
    for length in (1, 2):
        last = words[-length:]
        if len(words) > length and any(character.isdigit() for character in last[-1]):
            yield words[:-length], " ".join(last)
    # As most of Europe writes it, before the city.
    for length in (1, 2):
        if len(words) > length and all(any(map(str.isdigit, word)) for word in words[:length]):
            yield words[length:], " ".join(words[:length])


def _without_state(words: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    yield words, ""
    for length in range(1, min(LONGEST_STATE, len(words)) + 1):
        state = " ".join(words[-length:])
        if state.casefold() in STATES:
            yield words[:-length], state


def _is_street(words: Sequence[str]) -> bool:
    is_named = any(word.casefold().rstrip(".") in STREETS for word in words) and len(words) > 1
    return is_named or words[0][:1].isdigit() or words[-1][:1].isdigit()


def _in_street(word: str) -> Q:
    # “Main Street” is found as “Main St”, too.
    if word.casefold().rstrip(".") in STREETS:
        return Q()
    return Q(billing_address__line1__icontains=word) | Q(billing_address__line2__icontains=word)


def _in_name(word: str) -> Q:
    of_customer = SearchWord.objects.filter(customer=OuterRef("pk"))
    return Q(*(Exists(of_customer.filter(begins(part))) for part in name_words(word) or [fold(word)]))


def _states(text: str) -> list[str]:
    names = STATES[text.casefold()]
    return sorted({spelling for name in names for spelling in spellings(name)})


def _postal_codes(text: str) -> list[str]:
    return sorted({*spellings(text), text.replace(" ", "").upper()})


def _any(readings: Sequence[AddressWords]) -> Q:
    return Q(*(reading.condition for reading in readings), _connector=Q.OR)
