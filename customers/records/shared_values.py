"""Which match keys two live customers have: `SharedValue`, where a search for all possible duplicates begins.

A key is noted by the act that gives it to a second customer, and forgotten by the one that leaves it to a single one.
There may be too many for a moment, never too few, so on PostgreSQL two acts at once have to know of each other.
Two who each give the first customer a key: intakes wait for each other; who has locked customers already may not wait,
claims the key instead, and notes it without a look when another act has it. One who notes while another forgets: noting
waits for a row that is being deleted, and writes it again; forgetting passes over a row that is being noted and a key
that is being claimed, and looks only when it has the others. What it passed over is left to `rebuild`.
"""

from collections.abc import Collection, Iterable, Iterator

from django.db import transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Subquery

from customers.lib.batches import batches
from customers.locks import numbers_held_elsewhere, try_lock_numbers
from customers.models import MatchKey, SharedValue
from customers.models.matching import Key, KeyQuerySet


def lock_new(added: Collection[tuple[int, Key]]) -> set[Key]:
    """Before keys are `added` to locked customers, outside of an intake: be alone in that, or note them at once.

    It answers with those that are news; what a customer has by another record already costs nobody a lock.
    """
    if not added:
        return set()
    theirs = MatchKey.objects.filter(source_record__customer__in={customer for customer, _ in added})
    known = {(pk, (kind, value)) for pk, kind, value in theirs.values_list("source_record__customer", "kind", "value")}
    news = {_name(key): key for customer, key in added if (customer, key) not in known}
    _note(news[name] for name in try_lock_numbers(news))
    return set(news.values())


def add_shared(records: Collection[int]) -> None:
    """Note those of the keys of `records`, which are new, that another customer has too."""
    if records:
        _note(_had_by_others(MatchKey.objects.filter(source_record__in=records)))


def add_after_undo(customers: Collection[int]) -> None:
    """Note what the locked `customers`, who each took records from the other, share with them or anybody else."""
    _note(_had_by_others(MatchKey.objects.filter(source_record__customer__in=customers)))


def drop_after_merge(customer: int) -> None:
    """Forget what the locked `customer` shares with nobody since others became part of them."""
    theirs = MatchKey.objects.filter(source_record__customer=customer)
    drop_unshared(set(theirs.values_list("kind", "value").distinct()))


@transaction.atomic(savepoint=False)
def drop_unshared(keys: Collection[Key]) -> None:
    """Forget those of `keys` that two customers no longer have, but for what another act is writing."""
    noted = SharedValue.objects.among(keys).select_for_update(skip_locked=True)
    rows = {_name((row.kind, row.value)): row.pk for row in noted} if keys else {}
    free = [rows[name] for name in rows.keys() - numbers_held_elsewhere(rows)]
    if free:
        SharedValue.objects.filter(~still_shared(), pk__in=free).delete()


def still_shared() -> Exists:
    """Whether two customers have the value in the outer query: it reads the keys of one, and the first of another."""
    having = MatchKey.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    one = having.filter(kind=OuterRef(OuterRef("kind")), value=OuterRef(OuterRef("value")))
    return Exists(having.exclude(source_record__customer=Subquery(one.values("source_record__customer")[:1])))


def _had_by_others(held: KeyQuerySet[MatchKey]) -> set[Key]:
    """Those of the keys `held` that another customer has too; the cost is the same however many do."""
    one_of_each = held.values("kind", "value").annotate(first=Min("pk")).values("first")
    same = MatchKey.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    elsewhere = Exists(same.exclude(source_record__customer=OuterRef("source_record__customer")))
    return set(MatchKey.objects.filter(elsewhere, pk__in=one_of_each).values_list("kind", "value"))


def _note(keys: Iterable[Key]) -> None:
    """In one order everywhere; a row that is there already is locked by it."""
    rows = [SharedValue(kind=kind, value=value) for kind, value in sorted(keys)]
    if rows:
        SharedValue.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["kind", "value"], update_fields=["value"]
        )


def _name(key: Key) -> str:
    """As an intake calls it when it locks what a person is known by."""
    return " ".join(key)


def rebuild() -> Iterator[str]:
    """Note what is missing, and name it; forget what is too many, which is nothing wrong."""
    held = MatchKey.objects.values_list("kind", "value").annotate(
        low=Min("source_record__customer"), high=Max("source_record__customer")
    )
    for shared in batches(held.filter(low__lt=F("high")).order_by("kind", "value")):
        wanted = {(kind, value) for kind, value, *_ in shared}
        missing = sorted(wanted - set(SharedValue.objects.among(wanted).values_list("kind", "value")))
        _note(missing)
        yield from (f"shared value {key} missing" for key in missing)
    for rows in batches(SharedValue.objects.order_by("pk")):
        drop_unshared({(row.kind, row.value) for row in rows})
