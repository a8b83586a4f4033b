"""Emails and phones of a customer that are excluded from matching.

An exclusion is written to each source record that has the value, so it moves with the record in a merge and an undo. It
is written to the staff record as well: the value stays excluded when a user enters it into the profile again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from customers.lib.errors import ActionError
from customers.lib.identity import fold, match_keys
from customers.locks import lock_live
from customers.matching.keys import ignored_keys
from customers.models import Customer, HistoryKind, MatchKey, MatchKind, SourceRecord, UnmatchedValue
from customers.models.matching import Key
from customers.records import history
from customers.records.match_keys import refresh as refresh_match_keys
from customers.records.staff_record import identity_of, staff_record_of
from customers.records.timestamps import touch_customer

if TYPE_CHECKING:
    from crm.accounts.models import User

EXCLUDED = "Excluded {value} from matching."
USED_AGAIN = "Used {value} for matching again."


class ExclusionError(ActionError):
    pass


@dataclass
class KnownValue:
    """An email or phone, as first written; `key` is None when it makes no match key.

    `unmatched` are the records that have the value but exclude it from matching.
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
    """Each email and phone of `records` once, the values of the profile first."""
    values: dict[tuple[str, str], KnownValue] = {}
    for record in records:
        for name, written, keys in record_values(record):
            label = keys[0] if keys else (name, fold(written))
            value = values.setdefault(label, KnownValue(name, written, keys[0] if keys else None))
            value.keys |= set(keys)
            value.records.append(record)
    current = {key for _, _, keys in _of_profile(customer) for key in keys[:1]}
    stored = _stored(MatchKey, records)
    ignored = ignored_keys({key for value in values.values() for key in value.keys})
    for value in values.values():
        value.is_current = value.key in current
        value.is_ignored = value.key in ignored
        value.unmatched = [record for record in value.records if not value.keys & stored[record.pk]]
    return sorted(values.values(), key=lambda value: (value.name, not value.is_current))


def excluded_values(customers: Collection[Customer]) -> dict[int, set[str]]:
    """{customer: which of "email" and "phone" of the profile are excluded from matching}."""
    excluded: defaultdict[int, set[Key]] = defaultdict(set)
    rows = UnmatchedValue.objects.filter(source_record__origin__in=customers)
    for pk, kind, value in rows.values_list("source_record__origin", "kind", "value"):
        excluded[pk].add((kind, value))
    return {
        customer.pk: {name for name, _, keys in _of_profile(customer) if excluded[customer.pk].intersection(keys)}
        for customer in customers
        if customer.pk in excluded
    }


def _of_profile(customer: Customer) -> Iterator[tuple[str, str, list[Key]]]:
    return record_values(SourceRecord(**vars(identity_of(customer))))


def record_values(record: SourceRecord) -> Iterator[tuple[str, str, list[Key]]]:
    """("email" or "phone", as written, its match keys, the most exact first) of a record."""
    keys = list(match_keys(record.identity))
    if record.email:
        yield "email", record.email, [key for key in keys if key[0] == MatchKind.EMAIL]
    if record.phone:
        yield "phone", record.phone, [key for key in keys if key[0] != MatchKind.EMAIL]


def _stored(
    model: type[MatchKey] | type[UnmatchedValue], records: Iterable[SourceRecord]
) -> defaultdict[int, set[Key]]:
    keys_of: defaultdict[int, set[Key]] = defaultdict(set)
    rows = model._default_manager.filter(source_record__in=records)
    for record, kind, value in rows.values_list("source_record", "kind", "value"):
        keys_of[record].add((kind, value))
    return keys_of


@transaction.atomic
def exclude(customer: Customer, kind: str, value: str, *, by: User) -> str:
    """The value as written; ExclusionError if the customer does not have it."""
    locked, holders = _holders(customer, kind, value)
    staff_record = staff_record_of(locked)
    rows = {(record.pk, key) for record, keys in holders.items() for key in keys}
    rows |= {(staff_record.pk, key) for keys in holders.values() for key in keys}
    excluded = {(pk, key) for pk, keys in _stored(UnmatchedValue, [*holders, staff_record]).items() for key in keys}
    UnmatchedValue.objects.bulk_create(
        UnmatchedValue(source_record_id=pk, kind=key[0], value=key[1], by=by) for pk, key in sorted(rows - excluded)
    )
    return _finish(locked, [*holders, staff_record], _written(holders, kind), rows - excluded, EXCLUDED, by)


@transaction.atomic
def include(customer: Customer, kind: str, value: str, *, by: User) -> str:
    """The value as written; ExclusionError if the customer does not have it."""
    locked, holders = _holders(customer, kind, value)
    keys = {key for record_keys in holders.values() for key in record_keys}
    excluded = UnmatchedValue.objects.filter(source_record__customer=locked, value__in={value for _, value in keys})
    included = [row for row in excluded.select_related("source_record") if (row.kind, row.value) in keys]
    UnmatchedValue.objects.filter(pk__in=[row.pk for row in included]).delete()
    records = [*holders, *(row.source_record for row in included)]
    return _finish(locked, records, _written(holders, kind), included, USED_AGAIN, by)


def _holders(customer: Customer, kind: str, value: str) -> tuple[Customer, dict[SourceRecord, list[Key]]]:
    """The locked customer, and {record that has the value: every key it makes of it}."""
    locked = lock_live(customer.pk)
    holders = {
        record: keys
        for record in locked.records.order_by("pk")
        for _, _, keys in record_values(record)
        if (kind, value) in keys
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
        refresh_match_keys(list({record.pk: record for record in records}.values()))
        touch_customer(locked.pk)
        history.write(locked, HistoryKind.MATCH, sentence, value=written, by=by)
    return written
