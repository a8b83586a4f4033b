"""The records and customers that many incoming people may be, read by a few statements for all of them together.

An intake of one person asks the database; an import of many asks here, and adds whom it is about to write, so that the
next row of the same file finds them. What is decided of what is found is the same code (`recognise.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from django.db.models import Q

from customers.lib.identity import Identity
from customers.lib.names import name_words
from customers.locks import RetiredMeanwhileError
from customers.matching.digit_matches import has_whole_number
from customers.matching.judgement import full_name_key, real_full_name
from customers.matching.keys import IGNORED, MOST_SHARING, WeighedKeys, count_customers, is_placeholder, weigh_by
from customers.matching.recognise import OWNER, Match, best_match, having_keys, match_of
from customers.models import MatchKey, MatchKind, NotDuplicate, SourceRecord, UnmatchedValue
from customers.models.matching import Key
from customers.models.source import IDENTITY_FIELDS
from customers.records.match_keys import Keys
from customers.statements.unsaved import unsaved

PHONES = (MatchKind.PHONE, MatchKind.DIGITS)
COLUMNS = ("pk", "customer", "origin", "data_source", "external_id", "identity_key", *IDENTITY_FIELDS)
PERSON = ("customer__first_name", "customer__last_name", "customer__created")


@dataclass(eq=False)
class KnownCustomer:
    """A customer as stored, or one that is about to be written; `created` is in the order of their rows."""

    pk: int
    first_name: str
    last_name: str
    created: datetime
    is_new: bool = False
    records: list[KnownRecord] = field(default_factory=list)
    exclusions: list[UnmatchedValue] = field(default_factory=list)

    @property
    def keys(self) -> set[Key]:
        return {key for record in self.records for key in record.keys}


@dataclass(eq=False)
class KnownRecord:
    """A source record as stored, or one that is about to be written."""

    pk: int
    customer: KnownCustomer
    origin: int
    data_source_id: int
    external_id: str | None
    identity_key: str
    identity: Identity
    keys: set[Key] = field(default_factory=set)
    excluded: set[Key] = field(default_factory=set)
    is_marked: bool = False
    is_new: bool = False
    has_email: bool = False
    has_phone: bool = False
    is_counted: bool = False

    @property
    def first_name(self) -> str:
        return self.identity.first_name

    @property
    def last_name(self) -> str:
        return self.identity.last_name

    @cached_property
    def row(self) -> SourceRecord:
        """What rows that belong to the record refer to; its identity is here."""
        return unsaved(SourceRecord, id=self.pk, origin_id=self.origin, customer_id=self.customer.pk)

    @cached_property
    def words(self) -> set[str]:
        return Keys.of(self.identity, self.excluded).words


class KnownPeople:
    def __init__(self) -> None:
        self.records: dict[int, KnownRecord] = {}
        self.customers: dict[int, KnownCustomer] = {}
        self._holders: defaultdict[Key, list[KnownRecord]] = defaultdict(list)
        self._numbers: dict[Key, int] = {}
        self._with_crowd: set[str] = set()
        self._with_keys: set[int] = set()
        """The customers whose keys were read."""
        self.read_keys: frozenset[Key] = frozenset()
        """All who have one of these were read."""

    def read(self, keys: Collection[Key], *, also: Mapping[int, int], without_keys: Mapping[int, int]) -> None:
        """The customers with one of `keys` that is not crowded, and the owners, by record, of the records `also`.

        Of the owners of `without_keys` only their records are read, unless they are among the others as well.
        RetiredMeanwhileError when one of them was merged, restored or split meanwhile: then read everybody again.
        """
        usable = {key for key in keys if not is_placeholder(*key)}
        self._numbers = count_customers(usable) if usable else {}
        readable = {key for key in usable if 0 <= self._numbers.get(key, 0) <= MOST_SHARING}
        self.read_keys = frozenset(readable)
        owners = dict(MatchKey.objects.among(readable).order_by().values_list("source_record", OWNER))
        owners.update(also)
        self._read_owners({**without_keys, **owners}, keys_of=owners.values())

    def _read_owners(self, owners: Mapping[int, int], *, keys_of: Iterable[int]) -> None:
        """`owners` of records, each with all records that it has, and the customers `keys_of` with their keys."""
        self._read_customers(owners.values())
        customers = {pk for pk in keys_of if pk in self.customers} - self._with_keys
        self._with_keys |= customers
        if records := {r.pk: r for pk in customers for r in self.customers[pk].records if not r.is_new}:
            self._read_keys(records)
            self._read_marks(records)
        # A record that has moved to somebody else in between would be missed, and its person be written once more.
        unread = owners.keys() - self.records.keys()
        if unread and SourceRecord.objects.filter(pk__in=unread, customer__erased_at=None).exists():
            raise RetiredMeanwhileError

    def _read_customers(self, owners: Iterable[int]) -> None:
        rows = SourceRecord.objects.filter(
            customer__among=set(owners) - self.customers.keys(), customer__erased_at=None
        )
        records = {}
        for pk, customer, origin, source, external_id, identity_key, *values in rows.order_by("pk").values_list(
            *COLUMNS, *PERSON
        ):
            names, (first, last, created) = values[: len(IDENTITY_FIELDS)], values[len(IDENTITY_FIELDS) :]
            owner = self.customers.setdefault(customer, KnownCustomer(customer, first, last, created))
            record = KnownRecord(pk, owner, origin, source, external_id, identity_key, Identity(*names))
            owner.records.append(record)
            records[pk] = record
        self.records |= records

    def _read_keys(self, records: dict[int, KnownRecord]) -> None:
        for pk, kind, value in (
            MatchKey.objects.filter(source_record__among=records)
            .order_by("source_record", "pk")
            .values_list("source_record", "kind", "value")
        ):
            records[pk].keys.add((kind, value))
            self._holders[kind, value].append(records[pk])
        for row in UnmatchedValue.objects.filter(source_record__among=records).order_by("pk"):
            record = records[row.source_record_id]
            record.excluded.add((row.kind, row.value))
            record.customer.exclusions.append(row)

    def _read_marks(self, records: dict[int, KnownRecord]) -> None:
        sides = {pk for record in records.values() for pk in (record.origin, record.customer.pk)}
        marks = NotDuplicate.objects.filter(Q(first__among=sides) | Q(second__among=sides))
        marked = {pk for pair in marks.values_list("first", "second") for pk in pair}
        for record in records.values():
            record.is_marked = record.origin in marked or record.customer.pk in marked

    def let_go(self) -> None:
        """Customers and records refer to each other, so that without this only a search for garbage would find them."""
        for customer in self.customers.values():
            customer.records.clear()

    def add(self, record: KnownRecord) -> None:
        """`record`, which is about to be written."""
        self.records[record.pk] = record
        self.customers[record.customer.pk] = record.customer
        record.customer.records.append(record)
        self.add_keys(record, record.keys)

    def add_keys(self, record: KnownRecord, keys: Iterable[Key]) -> None:
        for key in keys:
            self._holders[key].append(record)

    def weigh(self, keys: Collection[Key]) -> WeighedKeys:
        return weigh_by({key: self._number_of(key) for key in keys}, keys)

    def _number_of(self, key: Key) -> int:
        number = self._numbers.get(key, 0)
        return number if number == IGNORED else max(number, len(self.customers_with(key)))

    def customers_with(self, key: Key) -> set[int]:
        return {record.customer.pk for record in self._holders.get(key, ())}

    def is_had_by_others(self, key: Key, customer: KnownCustomer) -> bool:
        return any(record.customer is not customer for record in self._holders.get(key, ()))

    def best_match(self, identity: Identity, own: Collection[Key], *, source: int) -> Match | None:
        if not self._may_be_held(own):
            return None
        weighed = self.weigh(own)
        crowded = weighed.crowded if full_name_key(identity) else frozenset()
        if crowded:
            self._read_namesakes(identity, weighed)
        holders = self._recognised(weighed.counting, own)
        named = frozenset(name_words(real_full_name(identity)))
        holders += [
            record
            for record in self._recognised(crowded, own)
            if any(named <= known.words for known in record.customer.records)
        ]
        customers = {record.customer.pk: record.customer for record in holders}
        oldest_first = sorted(customers.values(), key=attrgetter("created", "pk"))
        matches = (self._match(identity, customer, weighed) for customer in oldest_first)
        return best_match(identity, [match for match in matches if match], source=source)

    def _may_be_held(self, keys: Iterable[Key]) -> bool:
        """False for most new customers, who then need no weighing."""
        return any(key in self._holders or self._numbers.get(key, 0) > MOST_SHARING for key in keys)

    def _read_namesakes(self, identity: Identity, weighed: WeighedKeys) -> None:
        """Those of a crowd who have both names too: a statement for each of these rows."""
        alone = WeighedKeys(weighed.own, frozenset(), weighed.crowded)
        name = f"{real_full_name(identity)} {sorted(weighed.crowded)}"
        if name not in self._with_crowd:
            self._with_crowd.add(name)
            namesakes = dict(having_keys(identity, alone).values_list("source_record", OWNER))
            self._read_owners(namesakes, keys_of=namesakes.values())

    def _recognised(self, keys: Iterable[Key], own: Collection[Key]) -> list[KnownRecord]:
        is_whole = has_whole_number(own)
        return [record for key in keys for record in self._holders.get(key, ()) if _counts(key, record, is_whole)]

    def _match(self, identity: Identity, customer: KnownCustomer, weighed: WeighedKeys) -> Match | None:
        is_whole = has_whole_number(weighed.own)
        for record in customer.records:
            held = {key for key in record.keys & weighed.all if _counts(key, record, is_whole)}
            record.has_email = any(kind == MatchKind.EMAIL for kind, _ in held)
            record.has_phone = any(kind in PHONES for kind, _ in held)
            record.is_counted = not held.isdisjoint(weighed.counting)
        return match_of(identity, customer, customer.records)

    def of_identity(self, identity_key: str, source: int, own: Collection[Key]) -> Iterator[KnownRecord]:
        """The records of the same identity in the data source that one of its usable keys recognises, oldest first."""
        usable = {key for key in own if not is_placeholder(*key) and self._numbers.get(key) != IGNORED}
        holders = {record.pk: record for key in usable for record in self._holders.get(key, ())}
        for pk in sorted(holders):
            if (holders[pk].data_source_id, holders[pk].identity_key) == (source, identity_key):
                yield holders[pk]


def _counts(key: Key, record: KnownRecord, is_whole: bool) -> bool:  # noqa: FBT001 - said once, above
    """Digits count only where one of the two phones is no whole number (`digit_matches.py`)."""
    return key[0] != MatchKind.DIGITS or not is_whole or not has_whole_number(record.keys)
