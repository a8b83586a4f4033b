"""One box that understands what was typed: names, e-mails, phones, and whatever has a number.

Every word must be found, as the beginning of a name or e-mail, or as the exact value of anything else. It looks at the
source records, which know former names and those of customers merged away, and finds whoever owns them now. Each
lookup goes through an index, and is a subquery of its own: joined by OR they would scan the customers.
"""

from collections.abc import Iterator
from functools import reduce
from typing import Any

from django.db import connections
from django.db.models import Q, QuerySet

from customers.identity import FEWEST_DIGITS, LONGEST_WORD, fold, name_words, normal_email, normal_phone, phone_digits
from customers.linked import linked_models
from customers.models import Customer, DataSource, MatchKey, MatchKind, SearchWord, SourceRecord
from customers.models.customer import CustomerQuerySet

LONGEST = 200
MOST_WORDS = 8
LAST = "\U0010ffff"

Owners = QuerySet[Any, Any]


def find(text: str) -> CustomerQuerySet:
    """The live customers that `text` means; none when there is nothing in it to look for."""
    text = " ".join(text.replace("\x00", "").split())[:LONGEST]
    words = [text] if is_phone(text) else text.split()[:MOST_WORDS]
    wanted = [union for union in map(_owners, words) if union is not None]
    if not wanted:
        return Customer.objects.none()
    found = Customer.objects.live()
    for owners in wanted:
        found = found.filter(pk__in=owners)
    if len(words) == 1:
        return found
    # An external id or a login may have a space in it.
    whole = Customer.objects.filter(pk__in=_together(*_exactly(text)))
    return Customer.objects.live().filter(pk__in=found.values("pk").union(whole.values("pk")))


def is_phone(text: str) -> bool:
    """Whether it can only be a phone, which may be written in several words."""
    return len(phone_digits(text)) >= FEWEST_DIGITS and not any(c.isalpha() or c == "@" for c in text)


def _owners(word: str) -> Owners | None:
    """Those whom one word means; None when it holds neither letter nor digit."""
    if not any(c.isalnum() for c in word):
        return None
    return _together(*_by_name(word), *_exactly(word))


def _together(*found: Owners) -> Owners:
    return reduce(lambda one, other: one.union(other, all=True), found)


def _by_name(word: str) -> Iterator[Owners]:
    """A name such as Jean-Luc is two words; an e-mail is one."""
    yield SearchWord.objects.filter(_begins(fold(word))).values("source_record__customer")
    parts = name_words(word)
    if parts and parts != [fold(word)]:
        records = SourceRecord.objects.all()
        for part in parts:
            records = records.filter(pk__in=SearchWord.objects.filter(_begins(part)).values("source_record"))
        yield records.values("customer")


def _begins(text: str) -> Q:
    """PostgreSQL reads LIKE from the index; SQLite cannot where LIKE has an ESCAPE, as Django's has."""
    beginning = text[:LONGEST_WORD]
    if connections[SearchWord.objects.db].vendor == "postgresql":
        return Q(word__startswith=beginning)
    return Q(word__gte=beginning, word__lt=beginning + LAST)


def _exactly(text: str) -> Iterator[Owners]:
    """What has `text` as its value: a match key, a number, an external id, or what a linked table is searched by."""
    if keys := list(_match_keys(text)):
        wanted = Q(*(Q(kind=kind, value=value) for kind, value in keys), _connector=Q.OR)
        yield MatchKey.objects.filter(wanted).values("source_record__customer")
        # A phone that staff said not to match on stands among the words.
        words = SearchWord.objects.filter(word__in={value for _, value in keys})
        yield words.values("source_record__customer")
    # Named by its data source, because the index begins with that.
    yield SourceRecord.objects.filter(data_source__in=DataSource.objects.all(), external_id=text).values("customer")
    for model in linked_models():
        if model.searched_by:
            spellings = {text, text.upper(), text.lower()}
            rows = model._default_manager.filter(**{f"{model.searched_by}__in": spellings})
            yield rows.values("source_record__customer")
    if customer := _numbered(text):
        yield Customer.objects.filter(pk=customer.live_root().pk).values("pk")


def _match_keys(text: str) -> Iterator[tuple[str, str]]:
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
