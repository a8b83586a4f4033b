"""The identity of a customer as a data source sends it, and the normal forms by which two identities are compared.

Only pure functions: every match key, identity key and search word in the database is made here.
"""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from customers.lib.addresses.countries import country_code
from customers.lib.emails import normal_email
from customers.lib.names import LONGEST_WORD, name_words, normal_name
from customers.lib.person_name import normal_names
from customers.lib.phones.normal_form import comparable_phone, phones_in
from customers.lib.phones.search_words import phone_endings, phone_words


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


def comparable_email(text: str) -> str:
    """Two spellings of one email are equal in this, and only they."""
    return normal_email(text) or fold(text)


def match_keys(identity: Identity) -> Iterator[tuple[str, str]]:
    """(kind, value) of every match key, of each field the most exact first. A blank value makes none."""
    phones = phones_in(identity.phone, identity.country)
    keys = (
        ("email", normal_email(identity.email)),
        *(("phone", phone.match_key) for phone in phones),
        *(("digits", phone.digits) for phone in phones),
    )
    return ((kind, value) for kind, value in dict.fromkeys(keys) if value)


def identity_key(identity: Identity) -> str:
    """A digest, equal for two spellings of the same names, company, email, phone and country."""
    return hashlib.sha256(normal_identity(identity).encode()).hexdigest()


def normal_identity(identity: Identity) -> str:
    """What `identity_key` is a digest of."""
    normal = (
        *normal_names(identity),
        normal_name(identity.company),
        comparable_email(identity.email),
        comparable_phone(identity.phone, identity.country),
        country_code(identity.country) or fold(identity.country),
    )
    return "\x1f".join(normal)


def search_words(identity: Identity) -> set[str]:
    """The words whose beginnings a search finds."""
    names = (name_words(name) for name in (identity.first_name, identity.last_name, identity.company))
    email = normal_email(identity.email)
    emails = [email[:LONGEST_WORD], f"@{email.rpartition('@')[2]}"[:LONGEST_WORD]] if email else []
    phones = phone_words(identity.phone, identity.country) | phone_endings(identity.phone, identity.country)
    return {word for word in chain(*names, emails, phones) if word}
