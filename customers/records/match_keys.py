"""Match keys and search words of source records, derived from their identities.

Left out is what staff said not to match on; a phone among that is a search word instead, so that it is still found.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from customers.lib.identity import identity_key, match_keys, search_words
from customers.models import DataSource, MatchKey, MatchKind, SearchWord, SourceRecord, UnmatchedValue
from customers.records import shared_values

Keys = dict[int, set[tuple[str, ...]]]
Derived = TypeVar("Derived", MatchKey, SearchWord)


def derived_keys(records: Collection[SourceRecord]) -> Keys:
    """{record: {(kind, value)}} as they should be."""
    keys: Keys = {record.pk: set(match_keys(record.identity)) for record in records}
    for pk, said in _unmatched(records).items():
        keys[pk] -= said
    return keys


def derived_words(records: Collection[SourceRecord]) -> Keys:
    unmatched = _unmatched(records)
    words: Keys = {record.pk: {(word,) for word in search_words(record.identity)} for record in records}
    for record in records:
        phones = {key for key in unmatched[record.pk] if key[0] != MatchKind.EMAIL}
        words[record.pk] |= {(value,) for _, value in phones.intersection(match_keys(record.identity))}
    return words


def _unmatched(records: Collection[SourceRecord]) -> Keys:
    """{record: what staff said not to match on}. A home record repeats the profile, so what was said of another record
    of the same origin holds for it too: of one that was split off, for the home record of its new customer."""
    said: Keys = {record.pk: set() for record in records}
    origins: defaultdict[int, set[tuple[str, ...]]] = defaultdict(set)
    rows = UnmatchedValue.objects.filter(source_record__origin__in={record.origin_id for record in records})
    for pk, origin, kind, value in rows.values_list("source_record", "source_record__origin", "kind", "value"):
        origins[origin].add((kind, value))
        if pk in said:
            said[pk].add((kind, value))
    if origins:
        staff = DataSource.staff().pk
        for record in records:
            if record.data_source_id == staff:
                said[record.pk] |= origins[record.origin_id]
    return said


def create_record(*, has_news: bool = True, **fields: Any) -> SourceRecord:
    """A new source record with everything that is derived from its identity.

    It `has_news` unless its customer has all of its keys already, or nobody has one and an intake holds their locks.
    """
    record = SourceRecord(**fields)
    record.identity_key = identity_key(record.identity)
    record.save(force_insert=True)
    keys = sorted(match_keys(record.identity))
    # Nobody has the keys of most who are new, and what to note of the others is a long question.
    has_news = has_news and MatchKey.objects.among(keys).exists()
    _write(MatchKey, ("kind", "value"), [(record.pk, key) for key in keys])
    _write(SearchWord, ("word",), [(record.pk, (word,)) for word in sorted(search_words(record.identity))])
    if has_news:
        shared_values.add_shared([record.pk])
    return record


def refresh(records: Collection[SourceRecord]) -> list[str]:
    """Make identity key, match keys and search words what the identities say; name what was not."""
    differed = [f"identity key of record {r.pk}" for r in records if r.identity_key != identity_key(r.identity)]
    for record in records:
        record.identity_key = identity_key(record.identity)
    if differed:
        SourceRecord.objects.bulk_update(records, ["identity_key"])
    keys = Difference.of(MatchKey, ("kind", "value"), derived_keys(records))
    words = Difference.of(SearchWord, ("word",), derived_words(records))
    owner_of = {record.pk: record.customer_id for record in records}
    news = shared_values.lock_new({(owner_of[record], (kind, value)) for record, (kind, value) in keys.missing})
    keys.settle()
    words.settle()
    shared_values.add_shared({record for record, key in keys.missing if key in news})
    shared_values.drop_unshared({(kind, value) for kind, value in keys.extra.values()})
    return [*differed, *keys.named(), *words.named()]


@dataclass(frozen=True)
class Difference(Generic[Derived]):
    """Rows that are stored, by primary key, and should not be; and, by record, what should be and is not."""

    model: type[Derived]
    columns: tuple[str, ...]
    extra: dict[int, tuple[str, ...]]
    missing: list[tuple[int, tuple[str, ...]]]

    @classmethod
    def of(cls, model: type[Derived], columns: tuple[str, ...], wanted: Keys) -> Self:
        stored: defaultdict[int, dict[tuple[str, ...], int]] = defaultdict(dict)
        rows = model._default_manager.filter(source_record__in=wanted)
        for pk, record, *values in rows.values_list("pk", "source_record", *columns):
            stored[record][tuple(values)] = pk
        extra = {pk: key for record, found in stored.items() for key, pk in found.items() if key not in wanted[record]}
        missing = [(record, key) for record in wanted for key in sorted(wanted[record] - stored[record].keys())]
        return cls(model, columns, extra, missing)

    def settle(self) -> None:
        if self.extra:
            self.model._default_manager.filter(pk__in=self.extra).delete()
        _write(self.model, self.columns, self.missing)

    def named(self) -> list[str]:
        name = self.model._meta.verbose_name
        too_many = [f"{name} {pk} too many" for pk in self.extra]
        return too_many + [f"{name} {key} of record {record} missing" for record, key in self.missing]


def _write(model: type[Derived], columns: tuple[str, ...], rows: Iterable[tuple[int, tuple[str, ...]]]) -> None:
    model._default_manager.bulk_create(
        model(source_record_id=record, **dict(zip(columns, values, strict=True))) for record, values in rows
    )
