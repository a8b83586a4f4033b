"""The normal form of a telephone number, by which two are compared: when they count as the same.

A number that cannot be told surely makes no key (`whole_number.py`). A whole number is kept as it is dialled now:
countries that gave their numbers more digits are in `renumbered.py`. What was sent stays as it was written.

| these count as the same | change |
| --- | --- |
| writings of one number, everywhere | `_normal_form`, and `plain_number` (`plain_numbers.py`), asked before it |
| two extensions, to find customers | `Phone.match_key`: `without_extension` (`written.py`); then `rebuild` |
| two extensions, as one value, too | `comparable_phone`, in the same way |
| digits of what is no whole number | `phone_digits` (`digits.py`) |

What finds a customer is `Phone.match_key`: the match keys (`identity.py`), with all that an intake, the worklist and
rules find by them, and the search.

What is one value is `comparable_phone`: pages list another writing once (`profile/display.py`), Compare calls it shared
(`matching/explain.py`), the merge grid has nothing to choose (`merging/forms/rows.py`), batches and rules see a
conflict where it differs (`merging/conflicts.py`), and an order with it needs no other record (the identity key in
`identity.py`). What it leaves out, such as spaces, no merge asks about, so it keeps an extension.

Two writings that must, or must not, recognise one customer are a row of SAME or OTHERS in
`tests/orders/intake/test_phones.py`; normal forms alone are in `tests/customers/lib/phones/test_normal_form.py`.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from django.conf import settings
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher

from customers.lib.addresses.countries import country_code
from customers.lib.phones.digits import ROUNDED, digits_in, phone_digits
from customers.lib.phones.plain_numbers import plain_number
from customers.lib.phones.whole_number import read_whole_number
from customers.lib.phones.written import BEFORE_EXTENSION

LONGEST_PHONE = 250
DECIMALS = re.compile(r"([+'=\"\s]*\d{7,})[.,]0+[\s\"]*")
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3}){2,}(?:\.0+)?")
BETWEEN_TWO = re.compile(
    r"[/\\;,|&\n]|\s[-–—]\s|\s+(?:or|and|oder|und|ou|et|of|en|o|y|e|nebo|a|lub|eller|och|og)\s+", re.IGNORECASE
)


@dataclass(frozen=True)
class Phone:
    """A telephone number: in E.164, with its extension if any; "" when it is not whole. And the digits as written."""

    number: str
    digits: str

    @property
    def match_key(self) -> str:
        """By which customers are found: with its extension."""
        return self.number


def phones_in(text: str, country: str = "") -> Sequence[Phone]:
    """The numbers in `text`, read as dialled in `country`, if that is blank in the default region.

    A country that is not understood says nothing, so only an international writing is whole then.
    """
    region = country_code(country) if country.strip() else settings.PHONE_DEFAULT_REGION
    return _phones_in(text[:LONGEST_PHONE], region)


@lru_cache(2048)  # an act asks several times
def _phones_in(text: str, region: str) -> Sequence[Phone]:
    if plain := plain_number(text, region):
        return (Phone(plain, phone_digits(text)),)
    return phones_by_library(text, region)


def phones_by_library(text: str, region: str) -> Sequence[Phone]:
    if ROUNDED.fullmatch(text):
        return ()
    if without_decimals := DECIMALS.fullmatch(text):
        text = without_decimals[1]
    elif THOUSANDS.fullmatch(text):
        text = text.partition(".")[0].replace(",", "")
    parts = [part.strip() for part in BETWEEN_TWO.split(text)] if BETWEEN_TWO.search(text) else []
    parts = [part for part in parts if any(character.isdigit() for character in part)]
    numbers = [read_whole_number(part, region, only_valid=True) for part in parts]
    whole = read_whole_number(text, region)
    is_one = whole is not None
    if len(parts) > 1 and (all(numbers) or (not is_one and (any(numbers) or all(map(phone_digits, parts))))):
        read = [_normal_form(part, number) for number, part in zip(numbers, parts, strict=True)]
    elif not is_one and (numbers_behind := _one_behind_the_other(text, region)):
        read = numbers_behind
    else:
        read = [_normal_form(text, whole)]
    return tuple(phone for phone in dict.fromkeys(read) if phone.number or phone.digits)


def _one_behind_the_other(text: str, region: str) -> list[Phone]:
    """“817-924-7272 (home) 817-924-7273 (work)”: whole numbers that have all the digits of the text."""
    numbers = [match.raw_string for match in PhoneNumberMatcher(text, region or None)]
    if "".join(map(digits_in, numbers)) != digits_in(text):
        return []
    return [_normal_form(number, read_whole_number(number, region)) for number in numbers]


def _normal_form(text: str, number: PhoneNumber | None) -> Phone:
    """Of one number as written and as read; its extension is in both."""
    if number is None:
        return Phone("", phone_digits(text))
    extension = f"{BEFORE_EXTENSION}{number.extension}" if number.extension else ""
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164) + extension, phone_digits(text))


def first_whole_number(text: str, country: str = "") -> str:
    """The first whole number in E.164; "" when there is none."""
    return next((phone.number for phone in phones_in(text, country) if phone.number), "")


def is_possible_phone(text: str) -> bool:
    """Whether it can be dialled or, where no number can be parsed, has enough digits to tell people apart."""
    return bool(phones_in(text))


def comparable_phone(text: str, country: str = "") -> str:
    """Two spellings of the same phones are equal in this, and only they: E.164, else the digits, else the text.

    Not what finds a customer: that is `match_key`. What is equal here is one value, of which a merge keeps one writing.
    """
    phones = sorted(phone.number or phone.digits for phone in phones_in(text, country))
    return " ".join(phones) or " ".join(unicodedata.normalize("NFC", text).casefold().split())
