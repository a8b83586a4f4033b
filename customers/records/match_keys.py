"""Match keys and search words of source records, derived from their identities.

A value excluded from matching makes no match key; an excluded phone is a search word instead, so a search finds it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from django.db.models import Case, Q, When

from customers.lib.identity import Identity, identity_key, match_keys, search_words
from customers.models import DataSource, EvidenceKey, MatchKey, MatchKind, SearchWord, SourceRecord, UnmatchedValue
from customers.models.matching import Key, KeyQuerySet
from customers.models.source import IDENTITY_FIELDS
from customers.records import shared_values
from customers.records.owned_records import OwnedRecord, keys_of
from customers.statements.prepared import Prepared, PreparedWrite, deleting, insert, updating

Values = tuple[Any, ...]
Derivations = Mapping[int, Collection[Values]]
Derived = TypeVar("Derived", MatchKey, SearchWord, EvidenceKey)


@dataclass(frozen=True)
class Keys:
    """The match keys and search words of an identity, without the keys `excluded` from matching."""

    match: set[Key]
    words: set[str]

    @classmethod
    def of(cls, identity: Identity, excluded: Collection[Key] = ()) -> Self:
        keys = set(match_keys(identity))
        phones = {value for kind, value in keys.intersection(excluded) if kind != MatchKind.EMAIL}
        return cls(keys.difference(excluded), search_words(identity) | phones)


def excluded_from(records: Collection[OwnedRecord], origin: int) -> set[Key]:
    """The keys that the staff record of `origin` is not matched on. Its owner has all of `records`."""
    # The staff record repeats the profile. So it excludes what any record of the same origin excludes, also a record
    # that was split off, or the staff record of its new customer.
    if not any(record.excludes for record in records):
        return set()
    return set(UnmatchedValue.objects.filter(source_record__origin=origin).values_list("kind", "value"))


def exclusions_of(records: Collection[OwnedRecord], keys: Iterable[Key]) -> list[UnmatchedValue]:
    """A row for each of `keys` that staff excluded from matching for the owner of all `records`."""
    if not any(record.excludes for record in records):
        return []
    left_out = set(keys) - keys_of(records)
    rows = UnmatchedValue.objects.filter(source_record__in=[record.pk for record in records]).order_by("pk")
    return list({(row.kind, row.value): row for row in rows if (row.kind, row.value) in left_out}.values())


def _excluded(records: Collection[SourceRecord]) -> dict[int, set[Key]]:
    of_record: dict[int, set[Key]] = {record.pk: set() for record in records}
    of_origin: defaultdict[int, set[Key]] = defaultdict(set)
    rows = UnmatchedValue.objects.filter(source_record__origin__in={record.origin_id for record in records})
    for pk, origin, kind, value in rows.values_list("source_record", "source_record__origin", "kind", "value"):
        of_origin[origin].add((kind, value))
        if pk in of_record:
            of_record[pk].add((kind, value))
    if of_origin:
        staff = DataSource.staff().pk
        for record in records:
            if record.data_source_id == staff:
                of_record[record.pk] |= of_origin[record.origin_id]
    return of_record


def holding(emails: Any, phones: Any, digits: Any) -> KeyQuerySet[MatchKey]:
    """The keys of all customers that equal a key of an identity."""
    return MatchKey.objects.filter(
        Q(kind=MatchKind.EMAIL, value__in=emails)
        | Q(kind=MatchKind.PHONE, value__in=phones)
        | Q(kind=MatchKind.DIGITS, value__in=digits)
    )


def values_of(keys: Collection[Key]) -> list[list[str]]:
    """What `holding` takes: the values of each kind, one "" for a kind that the identity has no key of."""
    return [sorted(value for key_kind, value in keys if key_kind == kind) or [""] for kind in MatchKind.values]


_holding = Prepared(lambda emails, phones, digits: holding(emails, phones, digits).values_list("pk")[:1])


def anybody_has(keys: Collection[Key]) -> bool:
    return bool(keys) and bool(_holding(*values_of(keys)))


def create_record(*, check_shared: bool = True, excluded: Collection[Key] = (), **fields: Any) -> SourceRecord:
    """A new source record with everything that is derived from its identity.

    Pass `check_shared=False` when no key can be shared that was not before: saves a query.
    """
    record = new_record(**fields)
    insert(record)
    write_derived(record, check_shared=check_shared, excluded=excluded)
    return record


def new_record(**fields: Any) -> SourceRecord:
    """A source record that is not saved yet; `write_derived` follows when it is."""
    record = SourceRecord(**fields)
    record.identity_key = identity_key(record.identity)
    return record


def write_derived(record: SourceRecord, *, check_shared: bool = True, excluded: Collection[Key] = ()) -> None:
    keys = Keys.of(record.identity, excluded)
    # Most new customers have keys that no other customer has; this cheap query saves the dear one of add_shared.
    is_shared = check_shared and anybody_has(keys.match)
    insert(*_match_keys(record.pk, keys.match), *_search_words(record.pk, keys.words, owner=record.customer_id))
    if is_shared:
        shared_values.add_shared([record.pk])


_write_identity = PreparedWrite(
    lambda record, *values: updating(
        SourceRecord.objects.filter(pk=record), **dict(zip((*IDENTITY_FIELDS, "identity_key"), values, strict=True))
    )
)
_write_keys = PreparedWrite(
    lambda record, kinds, old, email, phone, digits: updating(
        MatchKey.objects.filter(source_record=record, kind__in=kinds, value__in=old),
        value=Case(
            When(kind=MatchKind.EMAIL, then=email),
            When(kind=MatchKind.PHONE, then=phone),
            When(kind=MatchKind.DIGITS, then=digits),
        ),
    )
)
_delete_words = PreparedWrite(
    lambda record, words: deleting(SearchWord.objects.filter(source_record=record, word__in=words))
)


def change_identity(
    record: OwnedRecord, *, before: Identity, after: Identity, owner: int, records: Collection[OwnedRecord]
) -> None:
    _write_identity(record.pk, *vars(after).values(), identity_key(after))
    keeps_its_keys = set(match_keys(before)) == set(match_keys(after))
    excluded = set() if keeps_its_keys else excluded_from(records, record.origin)
    old, new = Keys.of(before, excluded), Keys.of(after, excluded)
    added, removed = new.match - old.match, old.match - new.match
    is_new = shared_values.lock_new({(owner, key) for key in added}, known={(owner, key) for key in keys_of(records)})
    replaced = _replace_keys(record.pk, _only_ones(removed), _only_ones(added))
    if left := {(kind, value) for kind, value in removed if kind not in replaced}:
        MatchKey.objects.among(left).filter(source_record=record.pk).delete()
    _delete_words(record.pk, sorted(old.words - new.words))
    more = {(kind, value) for kind, value in added if kind not in replaced}
    insert(*_match_keys(record.pk, more), *_search_words(record.pk, new.words - old.words, owner=owner))
    record.keys = new.match
    if is_new:
        shared_values.add_shared([record.pk])
    shared_values.drop_unshared(removed)


def _replace_keys(record: int, old: Mapping[str, str], new: Mapping[str, str]) -> Collection[str]:
    """Replace the keys of kinds of which both identities have one; these kinds."""
    kinds = sorted(old.keys() & new.keys())
    _write_keys(record, kinds, [old[kind] for kind in kinds], *(new.get(kind, "") for kind in MatchKind.values))
    return kinds


def _only_ones(keys: Collection[Key]) -> dict[str, str]:
    """{kind: value} of the kinds that have one value: a phone field may have two numbers."""
    kinds = Counter(kind for kind, _ in keys)
    return {kind: value for kind, value in keys if kinds[kind] == 1}


def _match_keys(record: int, keys: Iterable[Key]) -> list[MatchKey]:
    return [MatchKey(source_record_id=record, kind=kind, value=value) for kind, value in sorted(keys)]


def _search_words(record: int, words: Iterable[str], *, owner: int) -> list[SearchWord]:
    return [SearchWord(source_record_id=record, customer_id=owner, word=word) for word in sorted(words)]


def refresh(records: Collection[SourceRecord]) -> list[str]:
    """Derive identity keys, match keys and search words again; a line for each that differed."""
    differed = [f"identity key of record {r.pk}" for r in records if r.identity_key != identity_key(r.identity)]
    for record in records:
        record.identity_key = identity_key(record.identity)
    if differed:
        SourceRecord.objects.bulk_update(records, ["identity_key"])
    excluded = _excluded(records)
    derived = {record.pk: Keys.of(record.identity, excluded[record.pk]) for record in records}
    keys = Difference.of(MatchKey, ("kind", "value"), {pk: set(of.match) for pk, of in derived.items()})
    # Read anew: a merge may have moved a record since it was read, until it was locked to be written.
    owner_of = dict(SourceRecord.objects.filter(pk__in=derived).values_list("pk", "customer"))
    owned_words = {pk: {(word, owner_of[pk]) for word in of.words} for pk, of in derived.items()}
    words = Difference.of(SearchWord, ("word", "customer_id"), owned_words)
    new = shared_values.lock_new({(owner_of[record], (kind, value)) for record, (kind, value) in keys.missing})
    keys.settle()
    words.settle()
    shared_values.add_shared({record for record, key in keys.missing if key in new})
    shared_values.drop_unshared({(kind, value) for kind, value in keys.extra.values()})
    return [*differed, *keys.named(), *words.named()]


@dataclass(frozen=True)
class Difference(Generic[Derived]):
    """Rows stored in excess, by primary key, and rows missing, by record."""

    model: type[Derived]
    columns: tuple[str, ...]
    extra: dict[int, Values]
    missing: list[tuple[int, Values]]

    @classmethod
    def of(cls, model: type[Derived], columns: tuple[str, ...], derived: Derivations) -> Self:
        stored: defaultdict[int, dict[Values, int]] = defaultdict(dict)
        rows = model._default_manager.filter(source_record__in=derived)
        for pk, record, *values in rows.values_list("pk", "source_record", *columns):
            stored[record][tuple(values)] = pk
        extra = {pk: key for record, keys in stored.items() for key, pk in keys.items() if key not in derived[record]}
        missing = [(record, key) for record in derived for key in sorted(set(derived[record]) - stored[record].keys())]
        return cls(model, columns, extra, missing)

    def settle(self, *, ignore_conflicts: bool = False) -> None:
        """`ignore_conflicts` where no lock keeps another from writing the same rows meanwhile."""
        if self.extra:
            self.model._default_manager.filter(pk__in=self.extra).delete()
        _write(self.model, self.columns, self.missing, ignore_conflicts=ignore_conflicts)

    def named(self) -> list[str]:
        name = self.model._meta.verbose_name
        too_many = [f"{name} {pk} too many" for pk in self.extra]
        return too_many + [f"{name} {key} of record {record} missing" for record, key in self.missing]


def _write(
    model: type[Derived],
    columns: tuple[str, ...],
    rows: Iterable[tuple[int, Values]],
    *,
    ignore_conflicts: bool = False,
) -> None:
    written = (model(source_record_id=record, **dict(zip(columns, values, strict=True))) for record, values in rows)
    model._default_manager.bulk_create(written, ignore_conflicts=ignore_conflicts)
