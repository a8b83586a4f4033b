"""Telephone numbers: which are whole, and the normal form by which two are compared.

A number that cannot be told surely makes no key. A whole number is kept as it is dialled now: countries that gave their
numbers more digits, or another beginning, are in RENUMBERED. What was sent stays as it was written.

`_normal_form` makes it, and `plain_number` (`plain_phones.py`) at once where a number is plain. It means two things:

What finds a customer is `Phone.match_key`: the match keys (`identity.py`), with all that an intake, the worklist and
rules find by them, and the search. To find a number whatever its extension is that line, and `rebuild`.

What is one value is `comparable_phone`: pages list another writing once (`profile/display.py`), Compare calls it shared
(`matching/explain.py`), the merge grid has nothing to choose (`merging/forms/rows.py`), batches and rules see a
conflict where it differs (`merging/conflicts.py`), and an order with it needs no other record (the identity key in
`identity.py`). What it leaves out, such as spaces, no merge asks about, so it keeps an extension.

Two writings that must, or must not, recognise one customer are a row of SAME or OTHERS in
`tests/orders/intake/test_phones.py`; normal forms alone are in `tests/customers/lib/test_phones.py`.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from django.conf import settings
from phonenumbers import (
    CountryCodeSource,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    PhoneNumberType,
    ValidationResult,
)

from customers.lib.addresses.countries import country_code
from customers.lib.plain_phones import plain_dialled, plain_number
from customers.lib.renumbered_phones import BOTH_VALID, RENUMBERED

FEWEST_DIGITS = 7
NO_DIGITS = re.compile(r"[^0-9]+")
BEFORE_EXTENSION = ";ext="
LONGEST_PHONE = 250

LONGEST_WITHIN_TOWN = 8
LANDLINES = {PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE}

# A spreadsheet rounded it, so its last digits are lost.
ROUNDED = re.compile(r"[+'=\"\s]*\d+(?:[.,]\d+)?[eE][+-]?\d+[\s\"]*")
DECIMALS = re.compile(r"([+'=\"\s]*\d{7,})[.,]0+[\s\"]*")
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3}){2,}(?:\.0+)?")
BETWEEN_TWO = re.compile(
    r"[/\\;,|&\n]|\s[-–—]\s|\s+(?:or|and|oder|und|ou|et|of|en|o|y|e|nebo|a|lub|eller|och|og)\s+", re.IGNORECASE
)
TRUNK_IN_BRACKETS = re.compile(r"(?<=\d)\s*\(0\)\s*")
WORD_BESIDE = re.compile(r"^[^\d+(]*[^\W\d_]{2,}[^\d+(]*|\(?[^\W\d_]{2,}\.?\)?\s*$")


@dataclass(frozen=True)
class Phone:
    """A telephone number: in E.164, with its extension if any; "" when it is not whole. And the digits as written."""

    number: str
    digits: str

    @property
    def match_key(self) -> str:
        """By which customers are found: with its extension, which `without_extension` of it would leave out."""
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
    numbers = [_read(part, region, only_valid=True) for part in parts]
    whole = _read(text, region)
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
    if "".join(map(_plain_digits, numbers)) != _plain_digits(text):
        return []
    return [_normal_form(number, _read(number, region)) for number in numbers]


def _normal_form(text: str, number: PhoneNumber | None) -> Phone:
    """Of one number as written and as read: its extension is in both, so that another extension is another phone.

    Who wants to compare without it drops it from both: from `number`, and from the end of `digits`.
    """
    if number is None:
        return Phone("", phone_digits(text))
    extension = f"{BEFORE_EXTENSION}{number.extension}" if number.extension else ""
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164) + extension, phone_digits(text))


def _read(text: str, region: str, *, only_valid: bool = False) -> PhoneNumber | None:
    """The whole number, with its extension; None when `text` is none."""
    for spelling in _spellings(text):
        try:
            number = phonenumbers.parse(spelling, region or None, keep_raw_input=True)
        except phonenumbers.NumberParseException:
            continue
        has_country_code = number.country_code_source != CountryCodeSource.FROM_DEFAULT_COUNTRY
        if not has_country_code and _may_lack_area(number):
            continue
        number = _as_dialled_now(number)
        is_usual = _has_usual_length(number) and (has_country_code or _begins_as_usual(number))
        if phonenumbers.is_valid_number(number) or (is_usual and not only_valid):
            return number
    return None


def _spellings(text: str) -> Iterator[str]:
    """`text` as it is; else without a trunk 0 in brackets, without the word beside it, and with 00 for the +."""
    yield text
    without_trunk = TRUNK_IN_BRACKETS.sub(" ", text)
    without_word = WORD_BESIDE.sub("", without_trunk).strip()
    yield from dict.fromkeys(spelling for spelling in (without_trunk, without_word) if spelling != text)
    if _plain_digits(without_word).startswith("00"):
        yield "+" + _plain_digits(without_word).removeprefix("00")


def _may_lack_area(number: PhoneNumber) -> bool:
    """Whether it may be dialled within a town: without the trunk 0, and as short as some numbers with their area.

    4414567 is of Oldenburg, and of each German town that has numbers of seven digits.
    """
    metadata = _metadata(number)
    if not (metadata and metadata.national_prefix and metadata.fixed_line):
        return False
    significant = phonenumbers.national_significant_number(number)
    is_without_trunk = _plain_digits(number.raw_input or "").startswith(significant)
    has_several_lengths = len(metadata.fixed_line.possible_length) > 1
    is_short = len(significant) <= LONGEST_WITHIN_TOWN
    return is_short and is_without_trunk and has_several_lengths and phonenumbers.number_type(number) in LANDLINES


def _metadata(number: PhoneNumber) -> PhoneMetadata | None:
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return PhoneMetadata.metadata_for_region(region, None)


def _as_dialled_now(number: PhoneNumber) -> PhoneNumber:
    code = number.country_code or 0
    if code not in RENUMBERED or (code not in BOTH_VALID and phonenumbers.is_valid_number(number)):
        return number
    significant = phonenumbers.national_significant_number(number)
    for then, now in RENUMBERED[code]:
        if match := re.fullmatch(then, significant):
            dialled = phonenumbers.parse(f"+{code}{match.expand(now)}")
            if phonenumbers.is_possible_number(dialled):
                dialled.extension = number.extension
                return dialled
    return number


def _has_usual_length(number: PhoneNumber) -> bool:
    """Whether it is as long as the mobiles of its country, where these have one length, or one of two.

    Ranges are opened before the list of valid numbers that we have knows them.
    """
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return False
    metadata = _metadata(number)
    if not (metadata and metadata.mobile):
        return False
    lengths = metadata.mobile.possible_length
    return len(lengths) <= 2 and len(phonenumbers.national_significant_number(number)) in lengths


def _begins_as_usual(number: PhoneNumber) -> bool:
    """Whether it begins as numbers of its country do: 0612345678 is none of the US, where no country was written."""
    metadata = _metadata(number)
    pattern = metadata.general_desc.national_number_pattern if metadata and metadata.general_desc else None
    return bool(re.fullmatch(pattern or ".*", phonenumbers.national_significant_number(number)))


def phone_digits(text: str) -> str:
    """The digits as written; "" when there are too few to tell people apart, or a spreadsheet has lost some."""
    digits = "" if ROUNDED.fullmatch(text) else _plain_digits(text)
    return digits if len(digits) >= FEWEST_DIGITS else ""


def _plain_digits(text: str) -> str:
    if text.isascii():
        return NO_DIGITS.sub("", text)
    return "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())


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


def without_extension(number: str) -> str:
    """A whole number in E.164 as it is dialled before its extension."""
    return number.partition(BEFORE_EXTENSION)[0]


def phone_words(text: str, country: str = "") -> set[str]:
    """What a search finds the whole numbers by, which is no match key: as dialled within their country.

    020 7946 0018 finds +44 20 7946 0018, wherever the searcher is, and so does 20 7946 0018: people leave out the 0, 8
    or 06 that is dialled before an area. A number with an extension is found without it too.
    """
    words: set[str] = set()
    for phone in phones_in(text, country):
        if phone.number:
            number = without_extension(phone.number)
            national, significant = plain_dialled(number) or dialled_by_library(number)
            words |= {as_dialled(national), as_dialled(significant)} | ({number} - {phone.number})
    return words


def dialled_by_library(number: str) -> tuple[str, str]:
    parsed = phonenumbers.parse(number)
    national = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    return _plain_digits(national), phonenumbers.national_significant_number(parsed)


def digits_of_number(number: str) -> set[str]:
    """The digits that people write for a whole number in E.164: as dialled in its country, and from abroad."""
    parsed = phonenumbers.parse(without_extension(number))
    abroad = _plain_digits(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))
    national = _plain_digits(phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL))
    significant = phonenumbers.national_significant_number(parsed)
    digits = {abroad, f"00{abroad}", f"011{abroad}", national, significant}
    return {written for written in digits if len(written) >= FEWEST_DIGITS}


def as_dialled(text: str) -> str:
    """The search word of a number as it is dialled. No beginning of a name or another number finds it."""
    return f"={_plain_digits(text)}"


def phone_endings(text: str, country: str = "") -> set[str]:
    """The search words by which the last digits of a number find it, whatever area or country stands before them."""
    written = (without_extension(phone.number) or phone.digits for phone in phones_in(text, country))
    return {ending(number) for number in written}


def ending(text: str) -> str:
    """The digits backwards, so that the last of them are a beginning. No word of a name begins so."""
    return f"<{_plain_digits(text)[::-1]}"


def subscriber_digits(number: str) -> str:
    """What is dialled behind the area code; the last seven digits where it is not known or longer than the rest."""
    parsed = phonenumbers.parse(number)
    significant = phonenumbers.national_significant_number(parsed)
    behind = significant[phonenumbers.length_of_national_destination_code(parsed) :]
    return behind if FEWEST_DIGITS <= len(behind) < len(significant) else significant[-FEWEST_DIGITS:]


def readable_phone(number: str) -> str:
    return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)
