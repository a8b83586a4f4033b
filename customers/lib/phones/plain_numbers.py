"""Whole numbers that are written plainly: with + and the code of their country, or of +1 by their ten digits.

Most numbers of most files are. The library asks a dozen patterns of each and takes twenty times as long; here those of
a country are looked up once. What is not plain, or not surely valid, is left to it; `normal_form.py` asks here first.
`tests/customers/lib/phones/test_plain_numbers.py` compares the two.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberFormat, PhoneMetadata, PhoneNumberDesc

from customers.lib.phones.renumbered import BOTH_VALID

# One or two marks between digits: three, as in “ - ”, may stand between two numbers.
INTERNATIONAL = re.compile(r"\+[1-9](?:[ ()-]{0,2}[0-9]){6,14}")
OF_TEN_DIGITS = re.compile(r"\(?[2-9](?:[ ()-]{0,2}[0-9]){9}")
BETWEEN = str.maketrans("", "", "+ ()-")
NORTH_AMERICA = 1
LONGEST_CODE = 3
TYPES = (
    *("mobile", "fixed_line", "toll_free", "voip", "premium_rate"),
    *("shared_cost", "personal_number", "pager", "uan", "voicemail"),
)
GROUP_OR_DIGIT = re.compile(r"\\([0-9])|([0-9])")


@dataclass(frozen=True)
class _Pattern:
    lengths: frozenset[int]
    pattern: re.Pattern[str]

    def matches(self, significant: str) -> bool:
        has_length = not self.lengths or len(significant) in self.lengths
        return has_length and self.pattern.fullmatch(significant) is not None


@dataclass(frozen=True)
class _Format:
    """How numbers that begin so are dialled within their country: `dialled` are groups of the pattern, and digits."""

    beginning: re.Pattern[str]
    pattern: re.Pattern[str]
    dialled: Sequence[int | str]


@dataclass(frozen=True)
class _Plan:
    """The numbers of a country code. One that begins as `prefix` may lose digits by the rules of its country."""

    prefix: re.Pattern[str] | None
    general: _Pattern
    types: Sequence[_Pattern]
    formats: Sequence[_Format]

    def keeps(self, significant: str) -> bool:
        return significant[:1] != "0" and not (self.prefix and self.prefix.match(significant))

    def has(self, significant: str) -> bool:
        return self.general.matches(significant) and any(kind.matches(significant) for kind in self.types)

    def dialled(self, significant: str) -> str:
        for form in self.formats:
            if form.beginning.match(significant) and (match := form.pattern.fullmatch(significant)):
                return "".join(match[part] if isinstance(part, int) else part for part in form.dialled)
        return significant


def plain_number(text: str, region: str) -> str:
    """In E.164; "" where the library has to be asked."""
    if INTERNATIONAL.fullmatch(text):
        digits = text.translate(BETWEEN)
        code = _code_of(digits)
        return f"+{digits}" if _is_valid(code, digits[len(str(code)) :]) else ""
    if _is_of_north_america(region) and OF_TEN_DIGITS.fullmatch(text):
        digits = text.translate(BETWEEN)
        return f"+{NORTH_AMERICA}{digits}" if _is_valid(NORTH_AMERICA, digits) else ""
    return ""


def plain_dialled(number: str) -> tuple[str, str] | None:
    """The digits of a whole number in E.164 as they are dialled in its country, with and without what comes before
    an area; None where the library has to be asked."""
    code = _code_of(number[1:])
    plan, significant = _plan(code), number[len(str(code)) + 1 :]
    if plan is None or not plan.keeps(significant):
        return None
    return plan.dialled(significant), significant


def _code_of(digits: str) -> int:
    """0 for none: the codes of countries are so that none is the beginning of another."""
    return _code_among(digits[:LONGEST_CODE])


@lru_cache(1024)
def _code_among(digits: str) -> int:
    codes = (int(digits[:length]) for length in range(1, LONGEST_CODE + 1))
    return next((code for code in codes if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), 0)


def _is_valid(code: int, significant: str) -> bool:
    plan = _plan(code)
    return plan is not None and code not in BOTH_VALID and plan.keeps(significant) and plan.has(significant)


@lru_cache(512)
def _is_of_north_america(region: str) -> bool:
    # In others of +1 seven digits are a number.
    return region in ("US", "CA")


@lru_cache(512)
def _plan(code: int) -> _Plan | None:
    """None of a code that is none, and of one that belongs to no country."""
    metadata = PhoneMetadata.metadata_for_region(phonenumbers.region_code_for_country_code(code), None)
    if metadata is None or metadata.leading_digits is not None:
        return None
    general = _pattern(metadata.general_desc)
    if general is None:
        return None
    prefix = metadata.national_prefix_for_parsing
    return _Plan(
        prefix=re.compile(prefix) if prefix else None,
        general=general,
        types=[pattern for name in TYPES if (pattern := _pattern(getattr(metadata, name)))],
        formats=[_format(form) for form in metadata.number_format],
    )


def _pattern(described: PhoneNumberDesc | None) -> _Pattern | None:
    if described is None or not described.national_number_pattern:
        return None
    return _Pattern(frozenset(described.possible_length), re.compile(described.national_number_pattern))


def _format(form: NumberFormat) -> _Format:
    written = form.format or ""
    if form.national_prefix_formatting_rule:
        written = re.sub(r"(\\\d)", form.national_prefix_formatting_rule, written, count=1)
    dialled = [int(group) if group else digit for group, digit in GROUP_OR_DIGIT.findall(written)]
    beginning = form.leading_digits_pattern[-1] if form.leading_digits_pattern else ""
    return _Format(re.compile(beginning), re.compile(form.pattern or ""), dialled)
