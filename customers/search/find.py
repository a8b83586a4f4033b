"""One box that understands what was typed: names, e-mails, phones, and whatever has a number.

Every word must be found, as the beginning of a name or e-mail, or as the exact value of anything else. It looks at the
source records, which know former names and those of customers merged away, and finds whoever owns them now. Each
lookup goes through an index, and is a subquery of its own: joined by OR they would scan the customers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.db import connections
from django.db.models import Exists, OuterRef, Q, QuerySet, UniqueConstraint, Value

from customers.lib.identity import LONGEST_WORD, fold, name_words, normal_email, normal_phone, phone_digits
from customers.lib.numbers import parse_number
from customers.models import Customer, DataSource, LinkedRow, MatchKey, MatchKind, SearchWord, SourceRecord
from customers.models.customer import CustomerQuerySet
from customers.models.matching import Key
from customers.records.registry import linked_models
from customers.search.query import clean_query, last_four, parse_query, whole_or_words

LAST = "\U0010ffff"
MOST_NAMED = 20

Owners = QuerySet[Any, Any]


@dataclass(frozen=True)
class Rows:
    """Rows of one table that hold what was typed, found through one index, and where they name their customer."""

    rows: QuerySet[Any]
    owner: str
    called: str = ""
    """What people call the value, where it can be nothing else: “Order”."""
    is_exact: bool = True
    """Whether the whole value was typed, and not how it begins."""

    @property
    def owners(self) -> Owners:
        return self.rows.values(self.owner)

    @property
    def condition(self) -> Q:
        """The same, asked of the customer in the outer query."""
        return Q(Exists(self.rows.filter(**{self.owner: OuterRef("pk")})))


def find(text: str) -> CustomerQuerySet:
    """The live customers that `text` means; none when there is nothing in it to look for."""
    text = clean_query(text)
    wanted = [together(rows) for rows in lookups(text)]
    if not wanted:
        return Customer.objects.none()
    found = Customer.objects.live()
    for owners in wanted:
        found = found.filter(pk__in=owners)
    if len(wanted) == 1:
        return found
    whole = Customer.objects.filter(pk__in=together(list(exactly(text))))
    return Customer.objects.live().filter(pk__in=found.values("pk").union(whole.values("pk")))


def lookups(text: str) -> list[list[Rows]]:
    """Where to look for each word of a cleaned text; a customer is meant who is found by all of them.

    Beside that, the whole of several words may be an external id or a login: `exactly`.
    """
    if four := last_four(text):
        return [list(_linked(four, only="last_four"))]
    words = (word for word in whole_or_words(text) if any(c.isalnum() for c in word))
    return [[*_by_name(word), *exactly(word)] for word in words]


@dataclass(frozen=True)
class Understood:
    """What a text was taken for, such as “Order C3E67A9BD0”, and the one customer whom it names, if it does."""

    meaning: str
    customer: Customer | None = None


def interpretation(text: str) -> Understood | None:
    """How the text can be read, where there is one way; None when it may be words of a name like any other."""
    named = {} if last_four(text) or not text else _named(text)
    if len(named) == 1 and not _matched_elsewhere(text, *named):
        [(pk, called)] = named.items()
        return Understood(f"{called} {text}", Customer.objects.get(pk=pk))
    only = parse_query(text)
    return Understood(only) if only else None


def _named(text: str) -> dict[int, str]:
    """{customer: what people call the text} where it is a number or an id of theirs; the first few."""
    found = [each.owners.annotate(called=Value(each.called)) for each in identified(text)]
    rows = reduce(lambda one, other: one.union(other, all=True), found)[:MOST_NAMED]
    # Backwards, so that a customer's uuid is called that, and not the external id of what staff added to them.
    return {pk: called for called, pk in sorted((row.pop("called"), *row.values()) for row in rows)[::-1]}


def _matched_elsewhere(text: str, named: int) -> bool:
    """Whether it is another customer's own e-mail or phone as well, as that of somebody's contact may be."""
    keys = MatchKey.objects.among(list(_match_keys(text)))
    return keys.exclude(source_record__customer=named).exists()


def together(found: list[Rows]) -> Owners:
    return reduce(lambda one, other: one.union(other, all=True), (each.owners for each in found))


def _by_name(word: str) -> Iterator[Rows]:
    """A name such as Jean-Luc is two words; an e-mail is one."""
    yield Rows(SearchWord.objects.filter(_begins(fold(word))), "source_record__customer", is_exact=False)
    parts = name_words(word)
    if parts and parts != [fold(word)]:
        records = SourceRecord.objects.all()
        for part in parts:
            records = records.filter(pk__in=SearchWord.objects.filter(_begins(part)).values("source_record"))
        yield Rows(records, "customer", is_exact=False)


def _begins(text: str) -> Q:
    """PostgreSQL reads LIKE from the index; SQLite cannot where LIKE has an ESCAPE, as Django's has."""
    beginning = text[:LONGEST_WORD]
    if connections[SearchWord.objects.db].vendor == "postgresql":
        return Q(word__startswith=beginning)
    return Q(word__gte=beginning, word__lt=beginning + LAST)


def exactly(text: str) -> Iterator[Rows]:
    """What has `text` as its value: a match key, a number, an external id, or what a linked table is searched by."""
    if keys := list(_match_keys(text)):
        yield Rows(MatchKey.objects.among(keys), "source_record__customer")
        # A phone that staff said not to match on stands among the words.
        yield Rows(SearchWord.objects.filter(word__in={value for _, value in keys}), "source_record__customer")
    yield from identified(text)


def identified(text: str) -> Iterator[Rows]:
    """What somebody or something of theirs is numbered by."""
    known_as = SourceRecord.objects.filter(_has(SourceRecord, "external_id", [text]))
    yield Rows(known_as, "customer", "External id")
    yield from _linked(text)
    if customer := _numbered(text):
        yield Rows(Customer.objects.filter(pk=customer.live_root().pk), "pk", "Customer")


def _linked(text: str, *, only: str = "") -> Iterator[Rows]:
    for model in linked_models():
        for field, called in model.searched_by.items():
            if only in ("", field):
                rows = model._default_manager.filter(_has(model, field, [text, text.upper(), text.lower()]))
                yield Rows(rows, "source_record__customer", called)


def _has(model: type[SourceRecord | LinkedRow], field: str, spellings: list[str]) -> Q:
    """That a field is one of `spellings`; a data source's own id is named with it, as its index begins with that."""
    has = Q(**{f"{field}__in": set(spellings)})
    unique = (set(c.fields) for c in model._meta.constraints if isinstance(c, UniqueConstraint))
    return has & Q(data_source__in=DataSource.objects.all()) if {"data_source", field} in unique else has


def _match_keys(text: str) -> Iterator[Key]:
    if email := normal_email(text):
        yield MatchKind.EMAIL, email
    if digits := phone_digits(text):
        yield MatchKind.DIGITS, digits
        # As dialled here, and with the + left out or written as 00.
        numbers = {normal_phone(text), normal_phone("+" + digits.removeprefix("00"))}
        yield from ((MatchKind.PHONE, number) for number in numbers if number)


def _numbered(text: str) -> Customer | None:
    """The customer with this number or uuid, live or not."""
    if text.isascii() and text.isdigit():
        return Customer.objects.filter(pk=int(text)).first()
    return Customer.objects.filter(uuid=text.lower()).first() if text.lower().startswith("cus_") else None


def find_by_number_or_text(text: str, *, most: int) -> list[Customer]:
    """The customer of the number `text`, live or not; otherwise up to `most` that a search finds."""
    pk = parse_number(text)
    if pk is not None and (customer := Customer.objects.select_related("merged_into").filter(pk=pk).first()):
        return [customer]
    return list(find(text).order_by("pk")[:most]) if text else []
