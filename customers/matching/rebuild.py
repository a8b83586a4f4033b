"""Excluded and ignored values anew, for `customers/rebuild.py`: their normal form, when the rules for it have changed.

A value that a record has tells its new form by the record. Others are read again as they are stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from django.db import transaction

from customers.lib.identity import Identity, match_keys
from customers.matching.ignored_values import IgnoreError, NamedValue, named_value, write_digits
from customers.models import IgnoredValue, MatchKind, SourceRecord, UnmatchedValue
from customers.models.matching import Key

KeysOfOrigin = defaultdict[int, dict[Key, set[Key]]]
"""{origin: {key of before: keys of now}}."""


def renew_exclusions(records: Collection[SourceRecord]) -> list[str]:
    """Make the exclusions of locked customers' `records` anew; a line for each that differed."""
    rows = list(UnmatchedValue.objects.filter(source_record__in=records).order_by("pk"))
    if not rows:
        return []
    record_of = {record.pk: record for record in records}
    renewed: KeysOfOrigin = defaultdict(dict)
    for row in rows:
        record, key = record_of[row.source_record_id], (row.kind, row.value)
        if not record.is_staff_record and (now := _keys_of_record(record, key)) != {key}:
            renewed[record.origin_id][key] = now
    return [line for row in rows for line in _renew(row, record_of[row.source_record_id], renewed)]


def _keys_of_record(record: SourceRecord, key: Key) -> set[Key]:
    """What `key`, of a value that the record has had from the start, is now."""
    keys = {now for now in match_keys(record.identity) if now[0] == key[0]}
    if key in keys:
        return {key}
    return keys & _read_again(key, record.country) or (keys if len(keys) == 1 else {key})


def _read_again(key: Key, country: str) -> set[Key]:
    kind, value = key
    identity = Identity(email=value) if kind == MatchKind.EMAIL else Identity(phone=value, country=country)
    return {now for now in match_keys(identity) if now[0] == kind} or {key}


def _renew(row: UnmatchedValue, record: SourceRecord, renewed: KeysOfOrigin) -> Iterator[str]:
    key = (row.kind, row.value)
    now = renewed[record.origin_id].get(key) or {key}
    if record.is_staff_record and now == {key}:
        now = _read_again(key, record.country)
    if now == {key}:
        return
    yield f"exclusion of {key} of record {record.pk}"
    existing = UnmatchedValue.objects.filter(source_record=record).values_list("kind", "value")
    UnmatchedValue.objects.bulk_create(
        UnmatchedValue(source_record=record, kind=kind, value=value, by=row.by, at=row.at)
        for kind, value in sorted(now - set(existing))
    )
    row.delete()


@transaction.atomic
def renew_ignored_values() -> list[str]:
    """Make the ignored values anew, and the digits of phones; a line for each that differed."""
    differed = []
    for ignored in IgnoredValue.objects.filter(phone=None).prefetch_related("digits").order_by("pk"):
        named = _named_again(ignored)
        if named and (named.key != _key(ignored) or named.digits != {row.value for row in ignored.digits.all()}):
            differed.append(f"ignored value {_key(ignored)}")
            _rename(ignored, named)
    return differed


def _named_again(ignored: IgnoredValue) -> NamedValue | None:
    for text in filter(None, (ignored.written, ignored.value)):
        try:
            return named_value(text)
        except IgnoreError:
            continue
    return None


def _key(ignored: IgnoredValue) -> Key:
    return ignored.kind, ignored.value


def _rename(ignored: IgnoredValue, named: NamedValue) -> None:
    kind, value = named.key
    ignored.digits.all().delete()
    if IgnoredValue.objects.filter(kind=kind, value=value, phone=None).exclude(pk=ignored.pk).exists():
        ignored.delete()
        return
    ignored.written = ignored.written or ignored.value
    ignored.kind, ignored.value = kind, value
    ignored.save(update_fields=["kind", "value", "written"])
    write_digits(ignored, named)
