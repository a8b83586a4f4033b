"""Countries as people write them, and the ISO code that a phone number needs to be read."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from django_countries import countries

from customers.lib.addresses import country_names

ALSO_WRITTEN: Mapping[str, Sequence[str]] = {
    code: names
    for code, *names in (
        line.split("\t")
        for line in Path(__file__).with_name("country_also_written.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    )
}
# Each is the whole name of two countries, in English or another language, so it says neither.
AMBIGUOUS = {"congo", "kongo", "korea", "virginislands", "saintmartin"}
LEFT_OUT = {"the", "and"}
FORM_OF_STATE = re.compile(r"(?:the )?(?:federal republic|republic|kingdom|grand duchy|principality) of (?P<name>.+)")

UNDECOMPOSED = {"ø": "o", "ı": "i", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"}
WITHOUT_DOTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})

COUNTRIES: Sequence[tuple[str, str]] = tuple((country.code, country.name) for country in countries)
"""Every ISO code with its English name, by name."""


def country_choices(*stored: str) -> list[tuple[str, str]]:
    """For a list to choose from: all countries by code, and what was `stored` as another text."""
    codes = {code for code, _ in COUNTRIES}
    others = [(text, text) for text in dict.fromkeys(stored) if text and text not in codes]
    return [("", "No country"), *others, *COUNTRIES]


@lru_cache(4096)
def country_code(written: str) -> str:
    """The ISO 3166 alpha-2 code of a country given by any of its ISO codes, or by its name in any language.

    "" when it cannot be told, as of Congo, which are two. Georgia is the country: the state is none.
    """
    text = written.strip()
    letters = text.replace(".", "")
    # Not “Nga”, which is Russia in Vietnamese.
    if (len(letters) == 2 or not letters.istitle()) and (code := _code_by_iso_code().get(letters.upper())):
        return code
    meant = _code_by_name()
    if match := FORM_OF_STATE.fullmatch(" ".join(text.casefold().split())):
        return meant.get(_folded(text)) or meant.get(_folded(match["name"]), "")
    return meant.get(_folded(text), "")


class _Folding(dict[int, str]):
    """What becomes of each character of a decomposed name: a mark and an apostrophe vanish, a letter or digit stays."""

    def __missing__(self, number: int) -> str:
        character = chr(number)
        if unicodedata.combining(character) or unicodedata.category(character) == "Cf" or character in "'’.":
            self[number] = ""
        else:
            is_part = character.isalnum() or unicodedata.category(character)[0] == "M"
            self[number] = UNDECOMPOSED.get(character, character) if is_part else " "
        return self[number]


_folding = _Folding()


def _folded(name: str) -> str:
    """Letters and digits alone: equal for “U.S.A.” and “usa”, “St. Lucia” and “Saint Lucia”."""
    words = unicodedata.normalize("NFKD", name.casefold()).translate(_folding).split()
    return "".join("saint" if word == "st" else word for word in words if word not in LEFT_OUT)


@cache
def _code_by_name() -> Mapping[str, str]:
    """{folded name: code}, of the names that only one country has."""
    named: defaultdict[str, set[str]] = defaultdict(set)
    for code, *names in _names():
        for name in names:
            for spelling in _turned(name):
                named[_folded(spelling)].add(code)
    meant = {name: codes.pop() for name, codes in named.items() if len(codes) == 1 and name not in AMBIGUOUS}
    # A name of ours wins over the same name of another country in another language.
    ours = {_folded(name): code for code, also in ALSO_WRITTEN.items() for name in also}
    return meant | ours


def _turned(name: str) -> Iterator[str]:
    """A name, how people turn “Bolivia (Plurinational State of)”, and a German one without its dots."""
    yield name
    if not name.isascii() and (without_dots := name.translate(WITHOUT_DOTS)) != name:
        yield without_dots
    main, bracket, rest = name.rstrip(")").partition(" (")
    if bracket:
        yield from (main, f"{rest} {main}")


@cache
def _code_by_iso_code() -> Mapping[str, str]:
    """{code as ISO has it in two letters, three letters or three digits: the one of two letters}."""
    return {iso: names[0] for names in _names() for iso in names[:3] if iso}


def _names() -> Sequence[Sequence[str]]:
    return [line.split("\t") for line in country_names.FILE.read_text(encoding="utf-8").splitlines()]


def country_name(written: str) -> str:
    """The English name of a country given by its code; other text is returned as it is."""
    return (countries.name(written.upper()) or written) if len(written) == 2 else written


@cache
def country_spellings(code: str) -> list[str]:
    named = next((names for names in _names() if names[0] == code), [code])
    names = [country_name(code), *ALSO_WRITTEN.get(code, ()), *named[1:]]
    spellings = [name for name in names if country_code(name) == code]
    cases = {case(name): None for name in spellings for case in (str, str.title, str.upper, str.lower)}
    # “NGA” is Nigeria, and “Nga” Russia in Vietnamese.
    return list(dict.fromkeys([code, code.lower(), *(name for name in cases if country_code(name) == code)]))
