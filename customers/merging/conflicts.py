"""Where customers who become one have different values: the one definition, for batches and for rules.

Two values conflict if they differ however they are written. A blank conflicts with nothing, nor does an initial or a
short form with the name it stands for. Consent does not conflict: the most restrictive answer applies; nor do logins
and payment methods, of which the customer keeps all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from customers.lib.addresses.countries import country_code
from customers.lib.identity import comparable_email, fold
from customers.lib.names import label_key, name_words, normal_name
from customers.lib.phones.normal_form import comparable_phone
from customers.matching.judgement import OF_A_PERSON, compare_names
from customers.profile.fields import FIELDS, OF_CUSTOMER, FieldKind, ProfileField

NEVER_CONFLICT = (FieldKind.CONSENT, FieldKind.FLAG, *OF_CUSTOMER)
COMPARED = tuple(field for field in FIELDS if field.kind not in NEVER_CONFLICT)
COMPANY = "company"


class ProfileName(NamedTuple):
    first_name: str
    last_name: str
    company: str


def conflicts(profiles: Sequence[Mapping[str, Any]]) -> list[ProfileField]:
    """The fields of which two have different values."""
    names = [ProfileName(*(profile[key] for key in ProfileName._fields)) for profile in profiles]
    different_names = {part for pair in combinations(names, 2) for part in compare_names(*pair)[1]}
    return [
        field
        for field in COMPARED
        if (field.key in different_names if field.key in OF_A_PERSON else _differs(field, profiles))
    ]


def _differs(field: ProfileField, profiles: Sequence[Mapping[str, Any]]) -> bool:
    values = (
        _normal(field, profile[field.key], (profile["billing_address"] or {}).get("country", ""))
        for profile in profiles
        if profile[field.key]
    )
    return len({value for value in values if value}) > 1


def _normal(field: ProfileField, value: Any, country: str) -> object:
    """Equal for two spellings of one value."""
    match field.kind:
        case FieldKind.ADDRESS:
            return frozenset((part, _normal_part(part, text)) for part, text in value.items() if text)
        case FieldKind.EMAIL:
            return comparable_email(value)
        case FieldKind.PHONE:
            return comparable_phone(value, country)
        case FieldKind.WEBSITE:
            return fold(value).split("://", 1)[-1].rstrip("/")
        case FieldKind.TEXT if field.key == COMPANY:
            return normal_name(value) or fold(value)
        case FieldKind.TEXT:
            return label_key(value)
        case _:
            return value


def _normal_part(part: str, text: str) -> str:
    country = country_code(text) if part == "country" else ""
    return country or "".join(name_words(text)) or fold(text)
