"""The search box: names, emails, phones, and the numbers and ids of customers, orders and other linked rows.

Every word must match, as the beginning of a name or email, or as the exact value of another field. The search reads the
source records, which also have former names and the names of merged customers, and finds their present owners. Every
lookup is a subquery through one index: joined by OR they would scan the customers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from customers.lib.emails import normal_email
from customers.lib.identity import fold
from customers.lib.names import LONGEST_WORD, name_words
from customers.lib.numbers import parse_number
from customers.lib.phones import as_dialled, normal_phone, phones_in
from customers.lib.phrases import isolated
from customers.models import Customer, MatchKey, MatchKind, SearchWord, SourceRecord
from customers.models.customer import CustomerQuerySet
from customers.models.matching import Key
from customers.records.registry import linked_models
from customers.search.query import clean_query, last_four, parse_query, search_parts

LAST = "\U0010ffff"
MOST_NAMED = 20
MOST_FOUND = 25
"""The number of customers that a page offers to choose from."""

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

    @property
    def owners(self) -> Owners:
        return self.rows.values(self.owner)

    @property
    def condition(self) -> Q:
        return Q(Exists(self.rows.filter(**{self.owner: OuterRef("pk")})))


def find(text: str) -> CustomerQuerySet:
    """Live customers; none when `text` has no letter and no digit."""
    text = clean_query(text)
    owners_by_word = [union_of_owners(rows) for rows in lookups_by_word(text)]
    if not owners_by_word:
        return Customer.objects.none()
    customers = Customer.objects.live()
    for owners in owners_by_word:
        customers = customers.filter(pk__in=owners)
    if len(owners_by_word) == 1:
        return customers
    whole = Customer.objects.filter(pk__in=union_of_owners(list(id_lookups(text))))
    return Customer.objects.live().filter(pk__in=customers.values("pk").union(whole.values("pk")))


def lookups_by_word(text: str) -> list[list[Lookup]]:
    """The lookups of each word of a cleaned query; a customer must match one of every word.

    The whole of several words may also be an external id or a login: `id_lookups`.
    """
    if four := last_four(text):
        return [list(_linked([four], only="last_four"))]
    return [list(_any_of(texts) if len(texts) > 1 else _lookups(*texts)) for texts in search_parts(text)]


def _lookups(part: str) -> Iterator[Lookup]:
    yield from _by_name(part)
    yield from exact_lookups(part)


@dataclass(frozen=True)
class Interpretation:
    """How a query was read, such as “order C3E67A9BD0”, and the one customer it names, if any."""

    meaning: str
    customer: Customer | None = None


def interpretation(text: str) -> Interpretation | None:
    """The only way to read the query; None when it may simply be a name."""
    named = {} if last_four(text) or not text else _named(text)
    if len(named) == 1 and not _matched_elsewhere(text, *named):
        [(pk, label)] = named.items()
        return Interpretation(f"{label[:1].lower()}{label[1:]} {isolated(text)}", Customer.objects.get(pk=pk))
    only = parse_query(text)
    return Interpretation(only) if only else None


def _named(text: str) -> dict[int, str]:
    """{customer: label of the value} of the first few customers with the number or id `text`."""
    first, *others = (lookup.owners.annotate(label=Value(lookup.label)) for lookup in id_lookups(text))
    rows = first.union(*others, all=True)[:MOST_NAMED]
    # Backwards, so that the uuid of a customer is labelled as such, not as the external id of the staff record.
    return {pk: label for label, pk in sorted((row.pop("label"), *row.values()) for row in rows)[::-1]}


def _matched_elsewhere(text: str, named: int) -> bool:
    keys = MatchKey.objects.among(list(_match_keys(text)))
    return keys.exclude(source_record__customer=named).exists()


def union_of_owners(lookups: list[Lookup]) -> Owners:
    # One flat union: SQLite refuses statements in which many unions are nested.
    first, *others = (lookup.owners for lookup in lookups)
    return first.union(*others, all=True)


def _by_name(word: str) -> Iterator[Lookup]:
    # A name such as Jean-Luc is two words; an email is one.
    # Not joined, as SQLite would look at every record for its words.
    words = SearchWord.objects.filter(_begins(normal_email(word) or fold(word)))
    records = SourceRecord.objects.filter(pk__in=words.values("source_record"))
    yield Lookup(records, "customer", is_exact=False)
    parts = name_words(word)
    if parts and parts != [fold(word)]:
        records = SourceRecord.objects.all()
        for part in parts:
            records = records.filter(pk__in=SearchWord.objects.filter(_begins(part)).values("source_record"))
        yield Lookup(records, "customer", is_exact=False)


def _begins(text: str) -> Q:
    # PostgreSQL reads LIKE from the index; SQLite cannot where LIKE has an ESCAPE, as Django's has.
    beginning = text[:LONGEST_WORD]
    if connections[SearchWord.objects.db].vendor == "postgresql":
        return Q(word__startswith=beginning)
    return Q(word__gte=beginning, word__lt=beginning + LAST)


def exact_lookups(text: str) -> Iterator[Lookup]:
    if keys := list(_match_keys(text)):
        yield Lookup(MatchKey.objects.among(keys), "source_record__customer")
        # A phone that staff excluded from matching is among the search words, and a phone as it is dialled.
        words = {value for _, value in keys} | {as_dialled(value) for kind, value in keys if kind == MatchKind.DIGITS}
        yield Lookup(SearchWord.objects.filter(word__in=words), "source_record__customer")
    yield from id_lookups(text)


def _any_of(emails: list[str]) -> Iterator[Lookup]:
    """Of a list of emails each lookup asks for all at once, so that any number of them is one statement."""
    keys = [(MatchKind.EMAIL.value, email) for email in emails]
    yield Lookup(MatchKey.objects.among(keys), "source_record__customer")
    words = [email[:LONGEST_WORD] for email in emails]
    yield Lookup(SearchWord.objects.filter(word__in=words), "source_record__customer")
    yield _by_external_id(emails)
    yield from _linked(emails)


def id_lookups(text: str) -> Iterator[Lookup]:
    yield _by_external_id([text])
    yield from _linked([text, text.upper(), text.lower()])
    if customer := _numbered(text):
        yield Lookup(Customer.objects.filter(pk=customer.live_root().pk), "pk", "Customer")


def _by_external_id(texts: Sequence[str]) -> Lookup:
    return Lookup(SourceRecord.objects.filter(external_id__in=set(texts)), "customer", "External ID")


def _linked(texts: Sequence[str], *, only: str = "") -> Iterator[Lookup]:
    for model in linked_models():
        for field, label in model.searched_by.items():
            if only in ("", field):
                rows = model._default_manager.filter(**{f"{field}__in": set(texts)})
                yield Lookup(rows, "source_record__customer", label)


def _match_keys(text: str) -> Iterator[Key]:
    if email := normal_email(text):
        yield MatchKind.EMAIL, email
    for phone in phones_in(text):
        if phone.digits:
            yield MatchKind.DIGITS, phone.digits
        # As dialled within the country, and with the + left out.
        numbers = {phone.number, normal_phone(f"+{phone.digits}")} - {""}
        yield from ((MatchKind.PHONE, number) for number in numbers)


def _numbered(text: str) -> Customer | None:
    if text.isascii() and text.isdigit():
        return Customer.objects.filter(pk=int(text)).first()
    return Customer.objects.filter(uuid=text.lower()).first() if text.lower().startswith("cus_") else None


def find_by_number_or_text(text: str, *, most: int) -> list[Customer]:
    """The customer with the number `text`, live or not; otherwise up to `most` live customers."""
    pk = parse_number(text)
    if pk is not None and (customer := Customer.objects.select_related("merged_into").filter(pk=pk).first()):
        return [customer]
    return list(find(text).order_by("pk")[:most]) if text else []
