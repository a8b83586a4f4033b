"""What a customer is recognised by: the emails and phones of all their records, and which of them not to match on.

“Don't match on this” is said of a value, and written to each record that has it: it goes where the record goes. It is
written to the home record as well, so that the value is not matched on when it is typed into the profile again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from customers.lib.identity import fold, match_keys
from customers.locks import lock_live
from customers.matching.duplicates import ignored_values
from customers.models import Customer, HistoryKind, MatchKey, MatchKind, SourceRecord, UnmatchedValue
from customers.models.matching import Key
from customers.records import history
from customers.records import match_keys as keys
from customers.records.staff_record import identity_of, staff_record_of

if TYPE_CHECKING:
    from crm.accounts.models import User

EXCLUDED = "Excluded {value} from matching."
USED_AGAIN = "Used {value} for matching again."


class ExclusionError(Exception):
    """Nothing was changed; the message says why."""


@dataclass
class KnownValue:
    """An email or phone, as first written; `key` is None where nobody can be recognised by it.

    `unmatched` are the records that have it and are not matched on it.
    """

    name: str
    written: str
    key: Key | None
    keys: set[Key] = field(default_factory=set)
    is_current: bool = False
    is_ignored: bool = False
    records: list[SourceRecord] = field(default_factory=list)
    unmatched: list[SourceRecord] = field(default_factory=list)

    @property
    def is_matched(self) -> bool:
        return self.key is not None and not self.is_ignored and len(self.unmatched) < len(self.records)


def known_values(customer: Customer, records: Collection[SourceRecord]) -> list[KnownValue]:
    """Each email and phone of `records` once, those of the profile first."""
    found: dict[tuple[str, str], KnownValue] = {}
    for record in records:
        for name, written, own in record_values(record):
            label = own[0] if own else (name, fold(written))
            each = found.setdefault(label, KnownValue(name, written, own[0] if own else None))
            each.keys |= set(own)
            each.records.append(record)
    current = {key for _, _, own in _of_profile(customer) for key in own[:1]}
    stored = _stored(MatchKey, records)
    ignored = ignored_values({key for each in found.values() for key in each.keys})
    for each in found.values():
        each.is_current = each.key in current
        each.is_ignored = each.key in ignored
        each.unmatched = [record for record in each.records if not each.keys & stored[record.pk]]
    return sorted(found.values(), key=lambda each: (each.name, not each.is_current))


def excluded_values(customers: Collection[Customer]) -> dict[int, set[str]]:
    """{customer: which of "email" and "phone" of the profile staff said not to match on}."""
    said: defaultdict[int, set[Key]] = defaultdict(set)
    rows = UnmatchedValue.objects.filter(source_record__origin__in=customers)
    for pk, kind, value in rows.values_list("source_record__origin", "kind", "value"):
        said[pk].add((kind, value))
    return {
        customer.pk: {name for name, _, own in _of_profile(customer) if said[customer.pk].intersection(own)}
        for customer in customers
        if customer.pk in said
    }


def _of_profile(customer: Customer) -> Iterator[tuple[str, str, list[Key]]]:
    return record_values(SourceRecord(**vars(identity_of(customer))))


def record_values(record: SourceRecord) -> Iterator[tuple[str, str, list[Key]]]:
    """("email" or "phone", as written, the keys it makes, the surest first) of a record."""
    own = list(match_keys(record.identity))
    if record.email:
        yield "email", record.email, [key for key in own if key[0] == MatchKind.EMAIL]
    if record.phone:
        yield "phone", record.phone, [key for key in own if key[0] != MatchKind.EMAIL]


def _stored(
    model: type[MatchKey] | type[UnmatchedValue], records: Iterable[SourceRecord]
) -> defaultdict[int, set[Key]]:
    found: defaultdict[int, set[Key]] = defaultdict(set)
    rows = model._default_manager.filter(source_record__in=records)
    for record, kind, value in rows.values_list("source_record", "kind", "value"):
        found[record].add((kind, value))
    return found


@transaction.atomic
def exclude(customer: Customer, kind: str, value: str, *, by: User) -> str:
    """No longer match on the value, which is a match key; the value as written."""
    locked, holders = _holders(customer, kind, value)
    home = staff_record_of(locked)
    wanted = {(record.pk, key) for record, own in holders.items() for key in own}
    wanted |= {(home.pk, key) for own in holders.values() for key in own}
    said = {(pk, key) for pk, own in _stored(UnmatchedValue, [*holders, home]).items() for key in own}
    UnmatchedValue.objects.bulk_create(
        UnmatchedValue(source_record_id=pk, kind=key[0], value=key[1], by=by) for pk, key in sorted(wanted - said)
    )
    return _finish(locked, [*holders, home], _written(holders, kind), wanted - said, EXCLUDED, by)


@transaction.atomic
def include(customer: Customer, kind: str, value: str, *, by: User) -> str:
    """Match on the value again; the value as written."""
    locked, holders = _holders(customer, kind, value)
    every = {key for own in holders.values() for key in own}
    said = UnmatchedValue.objects.filter(source_record__customer=locked, value__in={value for _, value in every})
    gone = [row for row in said.select_related("source_record") if (row.kind, row.value) in every]
    UnmatchedValue.objects.filter(pk__in=[row.pk for row in gone]).delete()
    records = [*holders, *(row.source_record for row in gone)]
    return _finish(locked, records, _written(holders, kind), gone, USED_AGAIN, by)


def _holders(customer: Customer, kind: str, value: str) -> tuple[Customer, dict[SourceRecord, list[Key]]]:
    """The locked customer, and the records that have the value, each with all the keys that it makes of it."""
    locked = lock_live(customer.pk)
    holders = {
        record: own
        for record in locked.records.order_by("pk")
        for _, _, own in record_values(record)
        if (kind, value) in own
    }
    if locked.erased_at or not holders:
        raise ExclusionError("Nothing was changed: this customer no longer has this email or phone.")
    return locked, holders


def _written(holders: Mapping[SourceRecord, list[Key]], kind: str) -> str:
    record = next(iter(holders))
    return record.email if kind == MatchKind.EMAIL else record.phone


def _finish(
    locked: Customer,
    records: Iterable[SourceRecord],
    written: str,
    changed: Collection[object],
    sentence: str,
    by: User,
) -> str:
    if changed:
        keys.refresh(list({record.pk: record for record in records}.values()))
        history.write(locked, HistoryKind.MATCH, sentence, value=written, by=by)
    return written
