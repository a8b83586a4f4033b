"""Customers by an email, a phone or a name that an API client sends, through an index each.

Values excluded from matching are found as well: they are among the search words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from customers.lib.emails import normal_email
from customers.lib.identity import Identity, match_keys
from customers.lib.names import name_words
from customers.lib.phones.search_words import as_dialled
from customers.lib.text import can_be_stored
from customers.models import Contact, Customer, MatchKey, MatchKind, SearchWord
from customers.models.customer import CustomerQuerySet

OWNER = "source_record__customer"
Owners = QuerySet[Any]


def with_email(email: str, *, contacts_too: bool = False) -> CustomerQuerySet:
    if not normal_email(email) or not can_be_stored(email):
        return Customer.objects.none()
    owners = _by_key(Identity(email=email))
    if contacts_too:
        written = {email.strip(), email.strip().lower(), normal_email(email)}
        owners = owners.union(Contact.objects.filter(email__in=written).values(OWNER), all=True)
    return Customer.objects.live().filter(pk__in=owners)


def matching_all(
    customers: QuerySet[Customer], *, email: str = "", phone: str = "", name: str = ""
) -> QuerySet[Customer]:
    """The customers who have or had every value given. A name matches by all its words; without a word, by none."""
    if name and not name_words(name):
        return customers.none()
    for owners in _owners(email, phone, name):
        customers = customers.filter(pk__in=owners)
    return customers


def _owners(email: str, phone: str, name: str) -> Iterator[Owners]:
    if email:
        yield _by_key(Identity(email=email))
    if phone:
        yield _by_key(Identity(phone=phone))
    for word in name_words(name):
        yield SearchWord.objects.filter(word=word).values("customer")


def _by_key(identity: Identity) -> Owners:
    keys = list(match_keys(identity))
    dialled = {as_dialled(value) for kind, value in keys if kind == MatchKind.DIGITS}
    words = SearchWord.objects.filter(word__in={value for _, value in keys} | dialled)
    owners: Owners = MatchKey.objects.among(keys).values(OWNER)
    return owners.union(words.values("customer"), all=True)
