"""What two customers have, side by side, with how alike it is: what a person weighs who is told why they match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from rapidfuzz import fuzz

from customers.lib.identity import fold, normal_email, normal_phone, phone_digits, unaccented
from customers.matching.name_similarity import ENOUGH, SAME, name_similarity
from customers.models import Customer, SourceRecord

NEARLY = 80
"""Below this two e-mails or phones are nothing like each other; above, one may be a slip of the other."""

Written = Mapping[str, str]
"""{normal form: as written}."""


@dataclass(frozen=True)
class Comparison:
    """`verdict` says how alike; `speaks_against` when it says that they are two."""

    label: str
    ones: Sequence[str]
    others: Sequence[str]
    verdict: str
    speaks_against: bool = False


def compare_customers(
    one: Customer, other: Customer, ours: Sequence[SourceRecord], theirs: Sequence[SourceRecord]
) -> Iterator[Comparison]:
    yield _names("First name", one.first_name, other.first_name)
    yield _names("Last name", one.last_name, other.last_name)
    if one.company or other.company:
        yield _names("Company", one.company, other.company)
    yield _values("E-mails", _emails(one, ours), _emails(other, theirs))
    yield _values("Phones", _phones(one, ours), _phones(other, theirs))


def _names(label: str, one: str, other: str) -> Comparison:
    verdict, against = "", False
    if one and other:
        verdict, against = _name_verdict(one, other)
    return Comparison(label, [one] if one else [], [other] if other else [], verdict, against)


def _name_verdict(one: str, other: str) -> tuple[str, bool]:
    degree = name_similarity(one, other)
    if fold(one) == fold(other):
        return "the same", False
    if unaccented(one) == unaccented(other):
        return "the same but for accents", False
    if degree == SAME:
        return "may be the same: an initial, a short form or a part", False
    return f"{degree or 0} % alike", (degree or 0) < ENOUGH


def _values(label: str, ones: Written, others: Written) -> Comparison:
    """Whether one value is common to both, else how near the nearest two are."""
    verdict = ""
    if ones.keys() & others.keys():
        verdict = "in common"
    elif ones and others:
        nearest = max(round(fuzz.ratio(a, b)) for a, b in product(ones, others))
        verdict = f"none in common; the nearest two are {nearest} % alike" if nearest >= NEARLY else "none in common"
    return Comparison(label, list(ones.values()), list(others.values()), verdict)


def _emails(customer: Customer, records: Sequence[SourceRecord]) -> Written:
    return _distinct((normal_email(text) or fold(text), text) for text in (customer.email, *(r.email for r in records)))


def _phones(customer: Customer, records: Sequence[SourceRecord]) -> Written:
    countries = (customer.billing_address.get("country", ""), *(record.country for record in records))
    home = next(filter(None, countries), "")
    written = [(customer.phone, home), *((record.phone, record.country or home) for record in records)]
    return _distinct(
        (normal_phone(phone, country) or phone_digits(phone) or fold(phone), phone) for phone, country in written
    )


def _distinct(values: Iterable[tuple[str, str]]) -> Written:
    """Each value as it is first written."""
    found: dict[str, str] = {}
    for normal, written in values:
        if written:
            found.setdefault(normal, written)
    return found
