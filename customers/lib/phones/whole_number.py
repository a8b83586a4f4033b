"""Whether a text is a whole number, with country and area, as it is dialled now; one not told surely is none."""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import CountryCodeSource, PhoneMetadata, PhoneNumber, PhoneNumberType, ValidationResult

from customers.lib.phones.digits import digits_in
from customers.lib.phones.renumbered import BOTH_VALID, RENUMBERED

LONGEST_WITHIN_TOWN = 8
LANDLINES = {PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
TRUNK_IN_BRACKETS = re.compile(r"(?<=\d)\s*\(0\)\s*")
WORD_BESIDE = re.compile(r"^[^\d+(]*[^\W\d_]{2,}[^\d+(]*|\(?[^\W\d_]{2,}\.?\)?\s*$")


def read_whole_number(text: str, region: str, *, only_valid: bool = False) -> PhoneNumber | None:
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
    if digits_in(without_word).startswith("00"):
        yield "+" + digits_in(without_word).removeprefix("00")


def _may_lack_area(number: PhoneNumber) -> bool:
    """Whether it may be dialled within a town: without the trunk 0, and as short as some numbers with their area.

    4414567 is of Oldenburg, and of each German town that has numbers of seven digits.
    """
    metadata = _metadata(number)
    if not (metadata and metadata.national_prefix and metadata.fixed_line):
        return False
    significant = phonenumbers.national_significant_number(number)
    is_without_trunk = digits_in(number.raw_input or "").startswith(significant)
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
