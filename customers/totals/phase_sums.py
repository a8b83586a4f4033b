"""The sums of open opportunities by lead phase and currency, right for any number of them.

Each act inserts by how much it changes them, in its transaction, and never updates a row: acts of one phase do not wait
for each other. The clock puts the rows together, and `rebuild` compares them with the opportunities in one statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, DecimalField, F, IntegerField, QuerySet, Sum, Value

from customers.models import OPEN_FORECASTS, Opportunity, PhaseSum

MOST_FOLDED = 10_000
WEIGHTED = Sum(F("amount") * F("win_likelihood"), output_field=DecimalField(max_digits=22, decimal_places=3))
MILLI = Decimal("0.001")

Key = tuple[int | None, str]


class PhaseWorth(NamedTuple):
    opportunities: int = 0
    amount: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)

    def plus(self, other: PhaseWorth, sign: int = 1) -> PhaseWorth:
        return PhaseWorth(
            self.opportunities + sign * other.opportunities,
            self.amount + sign * other.amount,
            self.weighted + sign * other.weighted,
        )


@dataclass(frozen=True)
class Share:
    """What one opportunity adds to the sum of its phase."""

    key: Key
    worth: PhaseWorth


def share_of(row: Opportunity) -> Share | None:
    """None unless it is open."""
    if row.forecast_category not in OPEN_FORECASTS:
        return None
    return Share((row.phase_id, row.currency), PhaseWorth(1, row.amount, row.amount * row.win_likelihood))


def note_change(before: Share | None, after: Share | None) -> None:
    if before != after:
        changes: defaultdict[Key, PhaseWorth] = defaultdict(PhaseWorth)
        for share, sign in ((before, -1), (after, 1)):
            if share:
                changes[share.key] = changes[share.key].plus(share.worth, sign)
        _insert(changes.items())


def note_moved(rows: QuerySet[Opportunity], *, to: int | None) -> None:
    """Before all `rows` get another phase."""
    for (phase, currency), worth in _worth_of(rows).items():
        _insert([((phase, currency), PhaseWorth().plus(worth, -1)), ((to, currency), worth)])


def note_deleted(rows: QuerySet[Opportunity]) -> None:
    """Before all `rows` are deleted."""
    _insert((key, PhaseWorth().plus(worth, -1)) for key, worth in _worth_of(rows).items())


@transaction.atomic
def fold_phase_sums() -> str:
    """Put the rows of each phase and currency together; what it did, in words."""
    # Only rows that were inserted meanwhile are added up beside those that are locked.
    rows = list(PhaseSum.objects.select_for_update().order_by("pk")[:MOST_FOLDED])
    sums: defaultdict[Key, PhaseWorth] = defaultdict(PhaseWorth)
    for row in rows:
        sums[row.phase_id, row.currency] = sums[row.phase_id, row.currency].plus(_worth(row))
    if len(rows) == sum(map(any, sums.values())):
        return ""
    PhaseSum.objects.filter(pk__in=[row.pk for row in rows]).delete()
    _insert(sums.items())
    return f"{len(rows)} changes of the funnel put together."


@transaction.atomic
def recount_phase_sums() -> list[str]:
    """Correct the sums; a line for each that differed."""
    differences = {key: worth for key, worth in _differences().items() if any(worth)}
    _insert(differences.items())
    fold_phase_sums()
    return [f"funnel of phase {phase or 'none'} in {currency}" for phase, currency in differences]


def _differences() -> dict[Key, PhaseWorth]:
    # One statement sees each opportunity with what its act inserted, or neither.
    stored = PhaseSum.objects.order_by().values_list("phase", "currency")
    stored = stored.annotate(Sum("opportunities"), Sum("amount"), Sum("weighted"), kind=Value(-1, IntegerField()))
    counted = _by_key(Opportunity.objects.all()).annotate(kind=Value(1, IntegerField()))
    differences: defaultdict[Key, PhaseWorth] = defaultdict(PhaseWorth)
    for phase, currency, *worth, sign in counted.union(stored, all=True):
        differences[phase, currency] = differences[phase, currency].plus(_exact(worth), sign)
    return differences


def _by_key(rows: QuerySet[Opportunity]) -> QuerySet[Opportunity, Any]:
    grouped = rows.filter(forecast_category__in=OPEN_FORECASTS).order_by().values_list("phase", "currency")
    return grouped.annotate(Count("pk"), Sum("amount"), worth=WEIGHTED)


def _worth_of(rows: QuerySet[Opportunity]) -> dict[Key, PhaseWorth]:
    return {(phase, currency): _exact(worth) for phase, currency, *worth in _by_key(rows)}


def _exact(worth: Iterable[Any]) -> PhaseWorth:
    # SQLite adds up decimals as floats.
    number, amount, weighted = worth
    return PhaseWorth(number, *(Decimal(str(part)).quantize(MILLI) for part in (amount, weighted)))


def _worth(row: PhaseSum) -> PhaseWorth:
    return PhaseWorth(row.opportunities, row.amount, row.weighted)


def _insert(sums: Iterable[tuple[Key, PhaseWorth]]) -> None:
    rows = [PhaseSum(phase_id=key[0], currency=key[1], **worth._asdict()) for key, worth in sums if any(worth)]
    PhaseSum.objects.bulk_create(rows)
