"""What a text in the search box may be: a name, an email, a phone, the number or id of a customer, order or other row.

A word is the beginning of a name or email, or the exact value of another field. The search reads the source records,
which also have former names and the names of merged customers, and finds their present owners. Every lookup is a query
of one index: joined by OR they would scan the customers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.lookups import In

from customers.lib.emails import normal_email
from customers.lib.identity import fold
from customers.lib.names import LONGEST_WORD, name_words
from customers.lib.phones.normal_form import phones_in
from customers.lib.phones.search_words import as_dialled, ending
from customers.models import Customer, MatchKey, MatchKind, SearchWord, SourceRecord
from customers.models.matching import Key
from customers.models.places import BillingCity, BillingPostalCode
from customers.records.registry import linked_models
from customers.search.addresses import customers_at, spellings
from customers.search.beginnings import begins, begins_asked
from customers.search.conditions import asked_of_each
from customers.search.query import CalledNumber, called_number, last_digits, last_four, search_parts

Owners = QuerySet[Any, Any]


@dataclass(frozen=True)
class Lookup:
    """Rows of one table that match the query, found through one index; `owner` is the path to their customer."""

    rows: QuerySet[Any]
    owner: str
    label: str = ""
    """The label of the value where it has one meaning only, such as “Order”."""
    is_exact: bool = True
    """False where the query is only the beginning of the value."""
    asked: Sequence[QuerySet[Any]] = ()
    """Where each customer is asked otherwise: queries of all of which the customer must have a row."""
    begins: Sequence[str] = ()
    """Where words are asked for by their beginnings: the customer has one for each of these."""

    @property
    def owners(self) -> Owners:
        return self.rows.values(self.owner)

    def condition(self, column: str) -> Q:
        """That the customer in this column of another query is among the owners."""
        return Q(*(asked_of_each(rows.filter(**{self.owner: OuterRef(column)})) for rows in self.asked or (self.rows,)))

    def joined(self, column: str) -> Q:
        """As `condition`, of so many that the database may better read all owners than ask each."""
        return Q(Exists(self.rows.order_by().filter(**{self.owner: OuterRef(column)})))


def lookups_by_word(text: str) -> list[list[Lookup]]:
    """The lookups of each word of a cleaned query; a customer must match one of every word.

    The whole of several words may also be an external id or a login: `id_lookups`.
    """
    if four := last_four(text):
        return [list(_linked([four], only="last_four"))]
    if called := called_number(text):
        # A company may be called “Order 66”.
        words = name_words(text)
        return [[*lookups_of(called), *id_lookups(text), *([_beginning_with(words)] if words else [])]]
    return [list(_any_of(texts) if len(texts) > 1 else _lookups(*texts)) for texts in search_parts(text)]


def _lookups(part: str) -> Iterator[Lookup]:
    yield from _by_name(part)
    yield from exact_lookups(part)
    yield from place_lookups(part)


def union_of_owners(lookups: Sequence[Lookup]) -> Owners:
    # One flat union: SQLite refuses statements in which many unions are nested.
    first, *others = (lookup.owners for lookup in lookups)
    return first.union(*others, all=True) if others else first


def _by_name(word: str) -> Iterator[Lookup]:
    # An email is one word, a name such as Jean-Luc is two.
    email = normal_email(word)
    yield _beginning_with([email or fold(word)])
    if digits := last_digits(word):
        yield _beginning_with([ending(digits)])
    if not email and "." in word:
        yield _beginning_with([f"@{fold(word).removeprefix('@')}"])
    parts = [] if email else name_words(word)
    if parts and parts != [fold(word)]:
        yield _beginning_with(parts)


def _beginning_with(parts: Sequence[str]) -> Lookup:
    """Who has words that begin so, one for each of `parts`."""
    words, *others = (SearchWord.objects.filter(begins(part)) for part in parts)
    for other in others:
        words = words.filter(customer__in=other.values("customer"))
    asked = [SearchWord.objects.filter(begins_asked(part)) for part in parts]
    return Lookup(words, "customer", is_exact=False, asked=asked, begins=[part[:LONGEST_WORD] for part in parts])


def exact_lookups(text: str) -> Iterator[Lookup]:
    if keys := list(keys_in(text)):
        yield Lookup(MatchKey.objects.among(keys), "source_record__customer")
        # A phone that staff excluded from matching is among the search words, and a phone as it is dialled.
        words = {value for _, value in keys} | {as_dialled(value) for kind, value in keys if kind == MatchKind.DIGITS}
        yield Lookup(SearchWord.objects.filter(word__in=words), "customer")
    yield from id_lookups(text)


def _any_of(emails: list[str]) -> Iterator[Lookup]:
    """Of a list of emails each lookup asks for all at once, so that any number of them is one statement."""
    keys = [(MatchKind.EMAIL.value, email) for email in emails]
    yield Lookup(MatchKey.objects.among(keys), "source_record__customer")
    words = [email[:LONGEST_WORD] for email in emails]
    yield Lookup(SearchWord.objects.filter(word__in=words), "customer")
    yield _by_external_id(emails)
    yield from _linked(emails)


def id_lookups(text: str) -> Iterator[Lookup]:
    yield _by_external_id([text])
    yield from _linked([text, text.upper(), text.lower()])
    if customer := numbered(text):
        yield Lookup(Customer.objects.filter(pk=customer.live_root().pk), "pk", "Customer")


def place_lookups(text: str) -> Iterator[Lookup]:
    """The city or postal code of the billing address, as it is written or in capital or small letters."""
    for place in (BillingCity(), BillingPostalCode()):
        # Not `__in`: that reads the values as JSON.
        yield Lookup(Customer.objects.filter(In(place, spellings(text))), "pk")


def whole_lookups(text: str) -> list[Lookup]:
    """What several words may be together: an id, a login, a city, a part of an address."""
    at_address = (Lookup(customers, "pk") for customers in customers_at(text))
    return [*id_lookups(text), *place_lookups(text), *at_address]


def lookups_of(called: CalledNumber) -> Iterator[Lookup]:
    for lookup in id_lookups(called.number):
        is_of_customer = lookup.label in ("Customer", "External ID")
        if not (called.of_customer and not is_of_customer) and not (called.of_order and lookup.label != "Order"):
            yield lookup


def _by_external_id(texts: Sequence[str]) -> Lookup:
    return Lookup(SourceRecord.objects.filter(external_id__in=set(texts)), "customer", "External ID")


def _linked(texts: Sequence[str], *, only: str = "") -> Iterator[Lookup]:
    for model in linked_models():
        for field, label in model.searched_by.items():
            if only in ("", field):
                rows = model._default_manager.filter(**{f"{field}__in": set(texts)})
                yield Lookup(rows, "source_record__customer", label)


def keys_in(text: str) -> Iterator[Key]:
    if email := normal_email(text):
        yield MatchKind.EMAIL, email
    for phone in phones_in(text):
        if phone.digits:
            yield MatchKind.DIGITS, phone.digits
        # As dialled within the country, and with the + left out.
        written = {number.match_key for number in (phone, *phones_in(f"+{phone.digits}"))} - {""}
        yield from ((MatchKind.PHONE, key) for key in written)


def numbered(text: str) -> Customer | None:
    if text.isascii() and text.isdigit():
        return Customer.objects.filter(pk=int(text)).first()
    return Customer.objects.filter(uuid=text.lower()).first() if text.lower().startswith("cus_") else None
