"""Which match keys two live customers have: `SharedValue`, where a search for all possible duplicates begins.

A row is added by the act that gives a key to a second customer, and dropped by the one that leaves it to a single one.
There may be a row too many for a moment, never one too few:

| act | what it does | waits for |
| --- | --- | --- |
| intake | locks each key (advisory), then reads which customers have it | other intakes of the key |
| edit | `lock_new`: locks the key, or adds the row unread when the lock is taken | nothing |
| undo, split | `shared_between`: adds the keys that two sides have | an act that drops the row |
| all that drop | `drop_unshared`: skips locked rows, locks the others, reads again, drops | nothing |

A row that was skipped is left to `rebuild`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Subquery

from customers.lib.batches import BATCH
from customers.locks import NUMBER_IS_FREE, number_of, try_lock_numbers
from customers.models import MatchKey, MatchKind, SharedValue
from customers.models.matching import FIRST_RANKS, NO_RANK, Key, KeyQuerySet
from customers.statements.prepared import OnConflict, PreparedWrite, deleting, insert

COUNTED_ONCE_MORE: OnConflict = {
    SharedValue: "(kind, value) DO UPDATE SET holders = customers_sharedvalue.holders + 1, rank = excluded.rank"
}
"""For `insert`: a value that is there already has one customer more, and is judged again."""


def lock_new(added: Collection[tuple[int, Key]], *, known: Collection[tuple[int, Key]] | None = None) -> set[Key]:
    """Prepare to add keys to locked customers, outside of an intake; the keys that are new to their customer.

    Takes the advisory lock of each new key, or adds its shared value at once where another act holds the lock. `known`
    are the keys of the customers, if they were read already.
    """
    if not added:
        return set()
    if known is None:
        theirs = MatchKey.objects.among({key for _, key in added}).filter(
            source_record__customer__in={customer for customer, _ in added}
        )
        rows = theirs.values_list("source_record__customer", "kind", "value")
        known = {(customer, (kind, value)) for customer, kind, value in rows}
    new = {_name(key): key for customer, key in added if (customer, key) not in known}
    add(new[name] for name in try_lock_numbers(new))
    return set(new.values())


def add_shared(records: Collection[int]) -> None:
    if records:
        add(_had_by_others(MatchKey.objects.filter(source_record__in=records)))


def _had_by_others(held: KeyQuerySet[MatchKey]) -> set[Key]:
    one_of_each = held.values("kind", "value").annotate(first=Min("pk")).values("first")
    same = MatchKey.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    elsewhere = Exists(same.exclude(source_record__customer=OuterRef("source_record__customer")))
    return set(MatchKey.objects.filter(elsewhere, pk__in=one_of_each).values_list("kind", "value"))


def shared_between(sides: Iterable[Collection[Key]]) -> list[SharedValue]:
    """The unsaved values that two of `sides` have, after the records of one customer were divided into them."""
    held = Counter(key for keys in sides for key in keys)
    return _rows(key for key, customers in held.items() if customers > 1)


@transaction.atomic(savepoint=False)
def drop_unshared(keys: Collection[Key]) -> None:
    """Drop the keys that two customers no longer have, except keys that another act is writing."""
    if keys and connection.vendor == "postgresql":
        _delete_unshared(_take(sorted(keys)))
    elif keys:
        # SQLite has one writer at a time, so no row can be locked by another act.
        _delete_unshared_of(MatchKind.values, sorted(value for _, value in keys))


TAKE = f"""
    WITH taken AS MATERIALIZED (
        SELECT shared.id, keys.number FROM unnest(%s::text[], %s::text[], %s::int[]) AS keys (kind, value, number)
        JOIN customers_sharedvalue AS shared USING (kind, value)
        FOR UPDATE OF shared SKIP LOCKED
    )
    SELECT id FROM taken WHERE {NUMBER_IS_FREE}
"""  # noqa: S608 - only a condition of ours is put into the text
"""The rows of keys, locked; without rows locked by another act, and without keys whose advisory lock is taken.

MATERIALIZED locks the row first and asks for the advisory lock second. An act that takes the advisory lock later waits
for our row and adds it again; an act that had it earlier has committed, and the next statement sees its keys.
"""


def _take(keys: Sequence[Key]) -> list[int]:
    kinds, values = zip(*keys, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [list(kinds), list(values), [number_of(_name(key)) for key in keys]])
        return [pk for (pk,) in cursor.fetchall()]


def still_shared() -> Exists:
    """For an outer query of SharedValue: whether two customers have the value."""
    # It reads the keys of one customer, and the first key of another.
    having = MatchKey.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    one = having.filter(kind=OuterRef(OuterRef("kind")), value=OuterRef(OuterRef("value")))
    return Exists(having.exclude(source_record__customer=Subquery(one.values("source_record__customer")[:1])))


_delete_unshared = PreparedWrite(lambda rows: deleting(SharedValue.objects.filter(~still_shared(), pk__in=rows)))
_delete_unshared_of = PreparedWrite(
    lambda kinds, values: deleting(SharedValue.objects.filter(~still_shared(), kind__in=kinds, value__in=values))
)


def add(keys: Iterable[Key]) -> None:
    """Add `keys`, which two customers have, or count one customer more."""
    insert(*_rows(keys), on_conflict=COUNTED_ONCE_MORE)


def _rows(keys: Iterable[Key]) -> list[SharedValue]:
    # In one order everywhere, against deadlocks. A row that exists already is locked by it.
    return [
        SharedValue(kind=kind, value=value, rank=FIRST_RANKS.get(MatchKind(kind), NO_RANK))
        for kind, value in sorted(keys)
    ]


def _name(key: Key) -> str:
    # The same name as an intake's, so that the two lock the same number.
    return " ".join(key)


def _count_holders(holders: Mapping[Key, int]) -> None:
    rows = list(SharedValue.objects.among(holders))
    miscounted = [row for row in rows if row.holders != holders[row.kind, row.value]]
    for row in miscounted:
        row.holders = holders[row.kind, row.value]
    SharedValue.objects.bulk_update(miscounted, ["holders"])


def add_missing(after: Sequence[str]) -> tuple[list[Key], Key | None]:
    """Add what is missing of the shared values that follow the key `after`, a batch of them, and count their customers.

    The missing ones, and the last one looked at; None at the end.
    """
    rows = (
        MatchKey.objects.after(after)
        .values_list("kind", "value")
        .annotate(
            low=Min("source_record__customer"),
            high=Max("source_record__customer"),
            holders=Count("source_record__customer", distinct=True),
        )
    )
    shared = list(rows.filter(low__lt=F("high")).order_by("kind", "value")[:BATCH])
    holders = {(kind, value): number for kind, value, _, _, number in shared}
    missing = sorted(holders.keys() - set(SharedValue.objects.among(holders).values_list("kind", "value")))
    add(missing)
    _count_holders(holders)
    return missing, shared[-1][:2] if shared else None


def drop_all_unshared(after: Sequence[int]) -> list[int] | None:
    """Drop what is not shared any more of a batch of rows; the last one looked at, None at the end."""
    (last,) = after or (0,)
    rows = list(SharedValue.objects.filter(pk__gt=last).order_by("pk")[:BATCH])
    drop_unshared({(row.kind, row.value) for row in rows})
    return [rows[-1].pk] if rows else None
