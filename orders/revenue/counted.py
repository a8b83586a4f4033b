"""The recurring revenue (MRR) that the totals of source records have, so that no page derives that of every purchase.

A purchase counts in the totals with `Purchase.mrr`, in its currency. Until `mrr_until` that is its MRR; from then on,
because a line that was sent ahead begins, it is derived by whoever asks (`current.py`), until the clock counts it anew.
Purchases that are worth something only together, and in several currencies, are never counted: see `NOT_COUNTED`.

Every act that changes a purchase or the lines that bill it calls `recount`, and adds the difference to the totals.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone

from customers.lib.batches import BATCH, batches
from customers.locks import RetiredMeanwhileError
from orders.locks import lock_owner
from orders.models import Purchase
from orders.models.subscription import NOT_COUNTED
from orders.revenue.ledger import changes_without_lines, read_all_changes
from orders.revenue.movements import derive_movements
from orders.revenue.steps import replace_steps
from orders.revenue.types import Change
from orders.totals.add import add_to_totals, lock_totals, rebuild_totals
from orders.totals.deltas import Delta, deltas_between, deltas_of_purchase

COUNTED_FIELDS = ("mrr", "mrr_until")


def count_new(purchase: Purchase) -> Purchase:
    """Count a purchase that is not saved yet, and which no line bills for a period."""
    vars(purchase)["is_billed_by_lines"] = False
    _count(purchase, changes_without_lines(purchase), timezone.now())
    return purchase


def recount(purchases: Collection[Purchase], *, now: datetime | None = None) -> list[Delta]:
    """Count the locked `purchases`, as they are saved, anew, and store their steps; return the deltas of the totals."""
    now = now or timezone.now()
    ledger = read_all_changes(Purchase.objects.filter(pk__in=[purchase.pk for purchase in purchases]))
    changes_of: dict[int, list[Change]] = {purchase.pk: [] for purchase in purchases}
    for change in (change for changes in ledger.changes.values() for change in changes):
        changes_of[change.subscription.pk].append(change)
    deltas: list[Delta] = []
    recounted = []
    for purchase in purchases:
        counted, before = (purchase.mrr, purchase.mrr_until), list(deltas_of_purchase(purchase))
        _count(purchase, changes_of[purchase.pk], now)
        if (purchase.mrr, purchase.mrr_until) != counted:
            recounted.append(purchase)
            deltas += deltas_between(before, deltas_of_purchase(purchase))
    Purchase.objects.bulk_update(recounted, COUNTED_FIELDS)
    return [*deltas, *replace_steps({purchase: changes_of[purchase.pk] for purchase in purchases})]


def _count(purchase: Purchase, changes: Iterable[Change], now: datetime) -> None:
    changes = list(changes)
    series = derive_movements((change for change in changes if change.at <= now), window=timedelta())
    amounts = series.totals()
    if purchase.connection or amounts.keys() - {purchase.currency}:
        purchase.mrr, purchase.mrr_until = 0, NOT_COUNTED
        return
    purchase.mrr = amounts.get(purchase.currency, 0)
    purchase.mrr_until = min((change.at for change in changes if change.at > now), default=None)


def count_due(now: datetime) -> int:
    """Count the purchases of which a line, sent ahead, has begun; return how many."""
    due = Purchase.objects.filter(mrr_until__gt=NOT_COUNTED, mrr_until__lte=now).select_related("source_record")
    purchases = list(due.order_by("mrr_until")[:BATCH])
    for purchase in purchases:
        _count_again(purchase)
    return len(purchases)


@transaction.atomic
def _count_again(purchase: Purchase) -> None:
    with suppress(ObjectDoesNotExist, RetiredMeanwhileError):  # deleted, or merged, meanwhile
        lock_owner(purchase.source_record)
        add_to_totals(recount([Purchase.objects.get(pk=purchase.pk)]))


@transaction.atomic(savepoint=False)
def rebuild_revenue(records: Sequence[int]) -> list[str]:
    """Count the purchases of `records` anew and derive their totals; return the names of what differed.

    A purchase of which nothing was said does not differ.
    """
    lock_totals(records)
    now = timezone.now()
    differing = []
    for batch in batches(list(Purchase.objects.filter(source_record__in=records).order_by("pk"))):
        said = {p.pk: p.mrr for p in batch if p.mrr_until is None or p.mrr_until > now}
        add_to_totals(recount(batch, now=now))
        differing += [f"MRR of purchase {p.pk}" for p in batch if p.mrr != said.get(p.pk, p.mrr)]
    return differing + rebuild_totals(records)
