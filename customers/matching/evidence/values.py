"""The normal forms of evidence: two values are the same if these are equal. Only pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from customers.lib.companies import company_key
from customers.lib.domains import domain_of_email, domain_of_website
from customers.lib.emails import normal_email
from customers.lib.identity import fold
from customers.lib.placeholders import is_placeholder_name
from customers.models.evidence import EvidenceKind
from customers.models.matching import Key

LONGEST = 300
FEWEST_CHARACTERS = 3
"""Of an identifier: a shorter one is more likely a remark."""
DAY = re.compile(r"\d{4}-\d\d-\d\d(?=[T ]|$)")


@dataclass(frozen=True)
class RecordedValues:
    """What a source record, or a profile, says of a customer. `attributes` are {identifying attribute: value}."""

    company: str = ""
    email: str = ""
    website: str = ""
    external_id: str = ""
    attributes: Mapping[int, str] = field(default_factory=dict)


def evidence_keys(values: RecordedValues) -> Iterator[Key]:
    """(kind, value); a blank or a placeholder makes none. `attributes` are identifiers only."""
    keys = (
        (EvidenceKind.EXTERNAL_ID, fold(values.external_id)),
        (EvidenceKind.COMPANY, company_key(values.company)),
        (EvidenceKind.DOMAIN, domain_of_email(normal_email(values.email))),
        (EvidenceKind.DOMAIN, domain_of_website(values.website)),
        *((EvidenceKind.IDENTIFIER, identifier_key(number, text)) for number, text in values.attributes.items()),
    )
    return ((kind.value, value[:LONGEST]) for kind, value in dict.fromkeys(keys) if value)


def identifier_key(attribute: int, text: str) -> str:
    """Of the identifying attribute of this number: two of different names never agree."""
    value = attribute_form(text)
    return f"{attribute} {value}" if len(value) >= FEWEST_CHARACTERS else ""


def attribute_of_key(value: str) -> tuple[int, str]:
    """The number of the identifying attribute, and its value, of which `identifier_key` made a key."""
    number, _, form = value.partition(" ")
    return int(number), form


def attribute_form(text: str) -> str:
    """Letters and digits only, a time as its day: “DE 123-456” is “de123456”. "" for a placeholder."""
    text = text.strip()
    if DAY.match(text) and _is_moment(text):
        text = text[:10]
    form = "".join(character for character in fold(text) if character.isalnum())
    has_letters = any(character.isalpha() for character in form)
    return "" if len(set(form)) < 2 or (has_letters and is_placeholder_name(text)) else form


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
