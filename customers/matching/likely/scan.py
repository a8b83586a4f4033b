"""The scan: compares all live customers, and keeps the likely pairs in place of those it found before.

It compares outside of any transaction, for minutes, and writes in short ones, so that it keeps no writer waiting. A
scan that is killed leaves old pairs and new ones; the next one comes to the same.

What it compares is read from the replica, where there is one that has come to where the scan began.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from importlib.util import find_spec

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from customers.database.replica import position, read_from_replica
from customers.lib.batches import batches
from customers.lib.errors import ActionError
from customers.matching.duplicates import pairs_sharing_values
from customers.matching.likely.doubts import SHOWN
from customers.matching.likely.model import Model
from customers.matching.likely.model_in_use import model_in_use
from customers.matching.likely.records import compared_customers
from customers.matching.likely.scoring import ComparedTable, ScoredPair, open_table, score
from customers.matching.likely.spark_table import open_spark_table
from customers.matching.not_duplicates import not_duplicates_among
from customers.models import Customer, LikelyPair, LikelyScan
from customers.models.matching import NO_RANK, rank_of_probability
from customers.records.changed_customers import changes_have_appeared_to

AT_ONCE = 500
PATIENCE = 10
"""Seconds for the replica to come to where the scan begins, which says for all before that they are compared."""

MISSING = (
    "Not scanned: Splink is missing, or PySpark where SPARK_MASTER is set."
    " Install Reunite with the extra “matching”, and “spark” for a cluster, where the worker runs."
)


class ScanError(ActionError):
    """Likely duplicates cannot be looked for."""


def is_installed() -> bool:
    """Whether Splink is, which comes with the extra “matching”, and what reaches the cluster, if there is one."""
    needed = ("splink", "pyspark") if settings.SPARK_MASTER else ("splink",)
    return all(find_spec(name) for name in needed)


def open_site_table() -> AbstractContextManager[ComparedTable]:
    """All live customers, on DuckDB in this process, or on the cluster that `SPARK_MASTER` names."""
    if settings.SPARK_MASTER:
        return open_spark_table(compared_customers(), master=settings.SPARK_MASTER)
    return open_table(compared_customers())


def scan(model: Model | None = None) -> LikelyScan:
    if not is_installed():
        raise ScanError(MISSING)
    model = model or model_in_use()
    began, scored_to = timezone.now(), changes_have_appeared_to()
    with ExitStack() as opened:
        table = read_from_replica(
            lambda: opened.enter_context(open_site_table()), written=position(), patience=PATIENCE
        )
        scores = score(table, model)
        kept = sum(keep(pairs, model) for pairs in batches(scores.pairs, AT_ONCE))
    _drop_found_before(began)
    return LikelyScan.objects.create(
        began=began,
        ended=timezone.now(),
        scored_to=scored_to,
        customers=scores.customers,
        compared_pairs=scores.compared_pairs,
        likely_pairs=kept,
        left_out=[str(left_out) for left_out in scores.left_out],
        model=model.version,
    )


@transaction.atomic
def keep(pairs: Iterable[ScoredPair], model: Model) -> int:
    """Write the pairs over those that are kept; how many are likely, which others no longer are."""
    rows = [_row(pair, model) for pair in pairs]
    customers = {pk for row in rows for pk in row.ends}
    # Pairs that share an email or phone wait in another tab of the worklist.
    left_out = not_duplicates_among(customers).keys() | pairs_sharing_values(customers)
    for row in rows:
        is_likely = row.probability >= SHOWN and row.ends not in left_out
        row.rank = rank_of_probability(row.probability) if is_likely else NO_RANK
    LikelyPair.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["probability", "weights", "model", "found_at", "rank"],
    )
    return sum(row.probability >= SHOWN for row in rows)


def _row(pair: ScoredPair, model: Model) -> LikelyPair:
    return LikelyPair(
        first_id=pair.first,
        second_id=pair.second,
        probability=pair.probability,
        weights={field: list(weight) for field, weight in pair.weights.items()},
        model=model.version,
        found_at=timezone.now(),
    )


def _drop_found_before(began: datetime) -> None:
    """Pairs that were not found again. Those of a merged customer wait for an undo."""
    before = LikelyPair.objects.filter(found_at__lt=began).select_related("first", "second").order_by("pk")
    last = 0
    while pairs := list(before.filter(pk__gt=last)[:AT_ONCE]):
        last = pairs[-1].pk
        merged = [pair.pk for pair in pairs if pair.first.merged_into_id or pair.second.merged_into_id]
        LikelyPair.objects.filter(pk__in={pair.pk for pair in pairs} - {*merged}).delete()
        LikelyPair.objects.filter(pk__in=merged, rank__gt=NO_RANK).update(rank=NO_RANK)
    # Somebody was erased while the scan ran.
    erased = Customer.objects.filter(erased_at__isnull=False).values("pk")
    LikelyPair.objects.filter(Q(first__in=erased) | Q(second__in=erased)).delete()
