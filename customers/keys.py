"""Match keys and search words of source records, derived from their identities.

Left out is what staff said not to match on.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from customers.identity import identity_key, match_keys, search_words
from customers.models import MatchKey, SearchWord, SourceRecord, UnmatchedValue

Keys = dict[int, set[tuple[str, ...]]]
Derived = TypeVar("Derived", MatchKey, SearchWord)


def derived_keys(records: Iterable[SourceRecord]) -> Keys:
    """{record: {(kind, value)}} as they should be."""
    by_pk = {record.pk: record for record in records}
    keys: Keys = {pk: set(match_keys(record.identity)) for pk, record in by_pk.items()}
    for pk, kind, value in UnmatchedValue.objects.filter(source_record__in=by_pk).values_list(
        "source_record", "kind", "value"
    ):
        keys[pk].discard((kind, value))
    return keys


def derived_words(records: Iterable[SourceRecord]) -> Keys:
    return {record.pk: {(word,) for word in search_words(record.identity)} for record in records}


def create_record(**fields: Any) -> SourceRecord:
    """A new source record with everything that is derived from its identity."""
    record = SourceRecord(**fields)
    record.identity_key = identity_key(record.identity)
    record.save(force_insert=True)
    _write(MatchKey, ("kind", "value"), [(record.pk, key) for key in sorted(match_keys(record.identity))])
    _write(SearchWord, ("word",), [(record.pk, (word,)) for word in sorted(search_words(record.identity))])
    return record


def refresh(records: Collection[SourceRecord]) -> list[str]:
    """Make identity key, match keys and search words what the identities say; name what was not."""
    differed = [f"identity key of record {r.pk}" for r in records if r.identity_key != identity_key(r.identity)]
    for record in records:
        record.identity_key = identity_key(record.identity)
    if differed:
        SourceRecord.objects.bulk_update(records, ["identity_key"])
    differed += _sync(MatchKey, ("kind", "value"), derived_keys(records))
    differed += _sync(SearchWord, ("word",), derived_words(records))
    return differed


def _sync(model: type[Derived], columns: tuple[str, ...], wanted: Keys) -> list[str]:
    stored: defaultdict[int, dict[tuple[str, ...], int]] = defaultdict(dict)
    for pk, record, *values in model._default_manager.filter(source_record__in=wanted).values_list(
        "pk", "source_record", *columns
    ):
        stored[record][tuple(values)] = pk
    extra = [pk for record, rows in stored.items() for values, pk in rows.items() if values not in wanted[record]]
    missing = [(record, values) for record in wanted for values in sorted(wanted[record] - stored[record].keys())]
    if extra:
        model._default_manager.filter(pk__in=extra).delete()
    _write(model, columns, missing)
    name = model._meta.verbose_name
    return [f"{name} {pk} too many" for pk in extra] + [f"{name} {v} of record {r} missing" for r, v in missing]


def _write(model: type[Derived], columns: tuple[str, ...], rows: Iterable[tuple[int, tuple[str, ...]]]) -> None:
    model._default_manager.bulk_create(
        model(source_record_id=record, **dict(zip(columns, values, strict=True))) for record, values in rows
    )
