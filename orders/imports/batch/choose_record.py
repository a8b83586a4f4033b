"""The source record for an incoming customer among many: the rules of `orders.intake.match_customer`, in memory.

A new record gets its primary key here, so that the rows behind it can belong to it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from customers.lib.identity import Identity, identity_key, match_keys
from customers.matching.known_people import KnownCustomer, KnownPeople, KnownRecord
from customers.matching.recognise import Match
from customers.models import Customer, DataSource, SourceRecord, UnmatchedValue
from customers.models.matching import Key
from customers.records.match_keys import Keys
from orders.imports.batch.ids import Ids
from orders.intake.match_customer import needs_counting_key, needs_record
from orders.intake.order import IncomingCustomer, in_default_country, of_known_customer
from orders.intake.order_identity import completed_by, updated_by
from orders.models import MatchedBy

LAST = datetime.max.replace(tzinfo=UTC)


class Person:
    """An incoming customer as it is matched: `sent` is without the default country of its data source."""

    def __init__(self, sent: IncomingCustomer, *, identity: Identity | None = None) -> None:
        self.sent = sent
        self.incoming = in_default_country(sent)
        self.identity = identity or self.incoming.identity
        self.keys: frozenset[Key] = frozenset(match_keys(self.identity))
        self.identity_key = identity_key(self.identity)


class ChosenRecord(NamedTuple):
    """`record` is the one that orders and notes go to; `added` is a record that is to be written.

    A `completed` record was known and gets what it lacked: the columns `filled`.
    """

    record: KnownRecord
    evidence: MatchedBy
    incoming: IncomingCustomer
    added: KnownRecord | None = None
    completed: KnownRecord | None = None
    filled: tuple[str, ...] = ()
    may_be_duplicate: bool = False

    @property
    def is_new_customer(self) -> bool:
        return self.evidence == MatchedBy.NEW


@dataclass(frozen=True)
class Chooser:
    people: KnownPeople
    known: dict[str, KnownRecord]
    """The records of the data source by external id."""
    source: DataSource
    ids: Ids

    def choose(self, person: Person) -> ChosenRecord:
        incoming = person.incoming
        if incoming.external_id and (record := self.known.get(incoming.external_id)):
            return self._known(record, person)
        if incoming.deduplicate:
            if record := self._of_same_identity(person):
                return ChosenRecord(record, MatchedBy.IDENTITY, incoming)
            if match := self.people.best_match(person.identity, person.keys, source=self.source.pk):
                return self._join(match, person)
        return self._new(person)

    def _of_same_identity(self, person: Person) -> KnownRecord | None:
        records = self.people.of_identity(person.identity_key, self.source.pk, person.keys)
        has_id = bool(person.incoming.external_id)
        record = next((r for r in records if not (has_id and r.external_id)), None)
        if record and needs_counting_key(person.identity):
            return record if self.people.weigh(person.keys).counting else None
        return record

    def _join(self, match: Match, person: Person) -> ChosenRecord:
        matched = self.people.records[match.record_for(person.identity).pk]
        owner = matched.customer
        evidence = _evidence_of(match)
        excluded = [row for row in owner.exclusions if (row.kind, row.value) in person.keys - owner.keys]
        excluded = list({(row.kind, row.value): row for row in excluded}.values())
        left_out = {(row.kind, row.value) for row in excluded}
        same_source = [r for r in owner.records if (r.origin, r.data_source_id) == (matched.origin, self.source.pk)]
        has_new_keys = not (owner.keys | left_out).issuperset(person.keys)
        if not needs_record(person.incoming, has_new_keys=has_new_keys, records=len(same_source)):
            return ChosenRecord(same_source[-1], evidence, person.incoming)
        added = self._record(owner, matched.origin, person, person.incoming.external_id, excluded)
        return ChosenRecord(added, evidence, person.incoming, added)

    def _new(self, person: Person) -> ChosenRecord:
        pk = self.ids.next(Customer)
        names = (person.identity.first_name, person.identity.last_name)
        customer = KnownCustomer(pk, *names, created=LAST, is_new=True)
        record = self._record(customer, pk, person, person.incoming.external_id)
        shared = [key for key in person.keys if self.people.is_had_by_others(key, customer)]
        may_be_duplicate = bool(shared) and not self.people.weigh(person.keys).counting.isdisjoint(shared)
        return ChosenRecord(record, MatchedBy.NEW, person.incoming, record, may_be_duplicate=may_be_duplicate)

    def _known(self, record: KnownRecord, person: Person) -> ChosenRecord:
        """The record that the row names, and another one for an identity that its customer is not found by yet."""
        incoming = of_known_customer(person.sent, record)
        whole = updated_by(record, incoming.identity)
        if whole == record.identity or (key := identity_key(whole)) == record.identity_key:
            return ChosenRecord(record, MatchedBy.ID, incoming)
        completed = completed_by(record, whole)
        if key == identity_key(completed):
            filled = tuple(name for name, value in asdict(completed).items() if value != getattr(record.identity, name))
            self._complete(record, completed, key)
            return ChosenRecord(record, MatchedBy.ID, incoming, completed=record, filled=filled)
        if self._says_already(record, key) or _is_found_by(record, whole):
            return ChosenRecord(record, MatchedBy.ID, incoming)
        return self._with_sibling(record, Person(incoming, identity=whole), incoming)

    def _complete(self, record: KnownRecord, identity: Identity, key: str) -> None:
        record.identity, record.identity_key = identity, key
        keys = Keys.of(identity, record.excluded).match
        self.people.add_keys(record, keys - record.keys)
        record.keys = keys
        vars(record).pop("words", None)

    def _says_already(self, record: KnownRecord, key: str) -> bool:
        return any(
            (other.origin, other.data_source_id, other.identity_key) == (record.origin, record.data_source_id, key)
            for other in record.customer.records
        )

    def _with_sibling(self, record: KnownRecord, person: Person, incoming: IncomingCustomer) -> ChosenRecord:
        exclusions = [
            row
            for row in record.customer.exclusions
            if row.source_record_id == record.pk and (row.kind, row.value) in person.keys
        ]
        sibling = self._record(record.customer, record.origin, person, "", exclusions)
        return ChosenRecord(record, MatchedBy.ID, incoming, sibling)

    def _record(
        self,
        owner: KnownCustomer,
        origin: int,
        person: Person,
        external_id: str,
        exclusions: Collection[UnmatchedValue] = (),
    ) -> KnownRecord:
        """`exclusions` are what staff excluded from matching, and the new record repeats."""
        left_out = {(row.kind, row.value) for row in exclusions}
        record = KnownRecord(
            self.ids.next(SourceRecord),
            owner,
            origin,
            self.source.pk,
            external_id or None,
            person.identity_key,
            person.identity,
            set(person.keys.difference(left_out)),
            left_out,
            is_new=True,
        )
        owner.exclusions += (_repeated(row, record) for row in exclusions)
        self.people.add(record)
        if external_id:
            self.known[external_id] = record
        return record


def _repeated(row: UnmatchedValue, record: KnownRecord) -> UnmatchedValue:
    return UnmatchedValue(source_record_id=record.pk, kind=row.kind, value=row.value, by_id=row.by_id)


def _evidence_of(match: Match) -> MatchedBy:
    if match.values > 1:
        return MatchedBy.BOTH
    return MatchedBy.EMAIL if any(record.has_email for record in match.sharing) else MatchedBy.PHONE


def _is_found_by(record: KnownRecord, identity: Identity) -> bool:
    """Whether the customer has all match keys and search words of `identity`."""
    needed = Keys.of(identity, record.excluded)
    words = {word for known in record.customer.records for word in known.words}
    return needed.match <= record.customer.keys and needed.words <= words
