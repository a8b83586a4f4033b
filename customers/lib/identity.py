"""The identity of a customer as a data source sends it, and the normal forms by which two identities are compared.

Only pure functions: every match key, identity key and search word in the database is made here.
"""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import phonenumbers
from django.conf import settings

from customers.lib.countries import country_code
from customers.lib.emails import normal_email
from customers.lib.names import LONGEST_WORD, name_words, normal_name
from customers.lib.person_name import normal_names

FEWEST_DIGITS = 7


@dataclass(frozen=True)
class Identity:
    """A customer as one data source describes them, unchanged."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""


def fold(text: str) -> str:
    """Casefolded, single-spaced: how names are compared."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def phone_digits(text: str) -> str:
    """The digits as written; "" when there are too few to tell people apart."""
    digits = "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())
    return digits if len(digits) >= FEWEST_DIGITS else ""


def normal_phone(text: str, country: str = "") -> str:
    """The number in E.164, read as dialled in `country` (else the default region); "" when it is no number."""
    return _in_e164(text, country_code(country) or settings.PHONE_DEFAULT_REGION)


@lru_cache(1024)  # an act asks several times
def _in_e164(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_possible_phone(text: str) -> bool:
    """Whether it can be dialled or, where no number can be parsed, has enough digits to tell people apart."""
    return bool(normal_phone(text) or phone_digits(text))


def comparable_phone(text: str, country: str = "") -> str:
    """Two spellings of one phone are equal in this, and only they: E.164, else the digits, else the folded text."""
    return normal_phone(text, country) or phone_digits(text) or fold(text)


def comparable_email(text: str) -> str:
    """Two spellings of one email are equal in this, and only they."""
    return normal_email(text) or fold(text)


def readable_phone(number: str) -> str:
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def match_keys(identity: Identity) -> Iterator[tuple[str, str]]:
    """(kind, value) of every match key. A blank value makes none."""
    keys = (
        ("email", normal_email(identity.email)),
        ("phone", normal_phone(identity.phone, identity.country)),
        ("digits", phone_digits(identity.phone)),
    )
    return ((kind, value) for kind, value in keys if value)


def identity_key(identity: Identity) -> str:
    """A digest, equal for two spellings of the same names, company, email, phone and country."""
    normal = (
        *normal_names(identity),
        normal_name(identity.company),
        comparable_email(identity.email),
        comparable_phone(identity.phone, identity.country),
        country_code(identity.country) or fold(identity.country),
    )
    return hashlib.sha256("\x1f".join(normal).encode()).hexdigest()


def search_words(identity: Identity) -> set[str]:
    """The words whose beginnings a search finds."""
    names = (name_words(name) for name in (identity.first_name, identity.last_name, identity.company))
    return {word for word in chain(*names, [normal_email(identity.email)[:LONGEST_WORD]]) if word}
