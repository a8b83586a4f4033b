"""Subscriptions that were cancelled in the other system."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from crm.accounts.models import User
from crm.jobs.kind import RefusedRow, do_rows
from customers.models import DataSource, HistoryEntry
from orders.invoices import cancellations
from orders.locks import lock_owners
from orders.models import ENDED, Import, ImportRow, MatchedBy, Purchase, RowOutcome
from orders.revenue.ledger import cancellations as times_of

Cancelled = tuple[Purchase, datetime]


@dataclass(frozen=True)
class Cancellation:
    """`subscription` is its external ID."""

    subscription: str
    at: datetime


def take_cancellations(
    cancellations: Collection[Cancellation], imported: Import, source: DataSource, *, after: int
) -> tuple[int, list[RefusedRow]]:
    """How many subscriptions were to be cancelled, and which could not be."""
    due = _due(cancellations, source)
    lock_owners(list({purchase.source_record_id: purchase.source_record for purchase, _ in due}.values()))
    rows = [(number, *cancelled) for number, cancelled in enumerate(due, after + 1)]
    refusals = do_rows(
        rows, lambda row: _cancel(*row, imported, by=imported.by), name=lambda row: f"Subscription {row[1].external_id}"
    )
    return len(due), refusals


def _due(cancellations: Collection[Cancellation], source: DataSource) -> list[Cancelled]:
    """Those that are over, and are not known here."""
    ended = {one.subscription: one.at for one in cancellations if one.at <= timezone.now()}
    purchases = Purchase.objects.filter(external_id__in=ended, source_record__data_source=source)
    live = purchases.exclude(status__in=ENDED).select_related("source_record", "product").order_by("pk")
    return [
        (purchase, at)
        for purchase in live
        if (at := ended[purchase.external_id]) >= purchase.at and _second(at) not in map(_second, times_of(purchase))
    ]


def _second(at: datetime) -> datetime:
    """Some lists are more exact than others."""
    return at.replace(microsecond=0)


def _cancel(number: int, purchase: Purchase, at: datetime, imported: Import, *, by: User | None) -> None:
    """A cancellation of what this import brought is no touch by others: its undo takes both."""
    cancellations.add(purchase, at, by=by)
    if imported.rows.filter(order__items__purchase=purchase).exists():
        written = HistoryEntry.objects.filter(purchase_id=purchase.pk).order_by("-pk")[:1]
        ImportRow.objects.create(
            imported=imported,
            number=number,
            outcome=RowOutcome.JOINED,
            evidence=MatchedBy.ID,
            source_record_id=purchase.source_record_id,
            added={HistoryEntry.__name__: list(written.values_list("pk", flat=True))},
        )
