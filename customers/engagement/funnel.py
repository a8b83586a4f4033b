"""The funnel of Home: the lead phases in their order, with the leads and the open opportunities in each.

One statement, which reads at most MOST_LEADS entries of an index for each phase, and the sums of opportunities that are
kept (`phase_sums.py`), so that Home opens as fast with a million of them. Who has bought is no lead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from customers.lib.money import decimals_of
from customers.models import Customer, LeadPhase
from customers.totals.status import HAS_BOUGHT

MOST_LEADS = 500
LEADS, OPPORTUNITIES = "leads", "opportunities"
LEADS_SQL = (
    "SELECT 'leads', lead_phase, '', SUM(CASE WHEN bought THEN 0 ELSE 1 END), COUNT(*), 0 "
    "FROM ({}) AS part GROUP BY lead_phase"
)
OPPORTUNITIES_SQL = (
    "SELECT 'opportunities', phase_id, currency, SUM(opportunities), SUM(amount), SUM(weighted) "
    "FROM customers_phasesum GROUP BY phase_id, currency HAVING SUM(opportunities) <> 0"
)


@dataclass(frozen=True)
class Worth:
    """What opportunities are worth in one currency, and that weighted by how likely each is."""

    currency: str
    amount: Decimal
    weighted: Decimal


@dataclass(frozen=True)
class FunnelRow:
    """`phase` is None for open opportunities in a stage outside the list. There may be more leads than were read."""

    phase: LeadPhase | None
    leads: int
    has_more_leads: bool
    opportunities: int
    worth: Sequence[Worth]

    @property
    def total(self) -> int:
        return self.leads + self.opportunities

    @property
    def leads_text(self) -> str:
        return f"{self.leads:,}+" if self.has_more_leads else f"{self.leads:,}"

    @property
    def opportunities_text(self) -> str:
        return f"{self.opportunities:,}"


@dataclass(frozen=True)
class Funnel:
    rows: Sequence[FunnelRow]

    @property
    def widest(self) -> int:
        return max((row.total for row in self.rows), default=0)


def funnel() -> Funnel | None:
    """None without a lead phase. A retired phase is shown while something is in it."""
    phases = list(LeadPhase.objects.all())
    if not phases:
        return None
    counts = _counts(phases)
    rows = [_row(counts, phase) for phase in (*phases, None)]
    return Funnel([row for row in rows if row.total or (row.phase and not row.phase.is_retired)])


Counts = dict[tuple[str, int | None], list[tuple[str, int, Any, Any]]]
"""{(leads, phase): leads and how many customers were asked, (opportunities, phase): sums by currency}"""


def _row(counts: Counts, phase: LeadPhase | None) -> FunnelRow:
    pk = phase.pk if phase else None
    ((_, leads, asked, _),) = counts.get((LEADS, pk), [("", 0, 0, 0)])
    sums = sorted(counts.get((OPPORTUNITIES, pk), []))
    return FunnelRow(
        phase,
        min(leads, MOST_LEADS),
        asked > MOST_LEADS,
        sum(count for _, count, *_ in sums),
        [Worth(code, _rounded(amount, code), _rounded(weighted / 100, code)) for code, _, amount, weighted in sums],
    )


def _rounded(amount: Any, currency: str) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal(1).scaleb(-decimals_of(currency)))


def _counts(phases: Sequence[LeadPhase]) -> Counts:
    parts = [*_parts(phases)]
    sql = " UNION ALL ".join(sql for sql, _ in parts)
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _, values in parts for value in values])
        rows = cursor.fetchall()
    counts: Counts = {}
    for kind, phase, *sums in rows:
        counts.setdefault((kind, phase), []).append(tuple(sums))
    return counts


def _parts(phases: Sequence[LeadPhase]) -> Iterator[tuple[str, Sequence[Any]]]:
    for phase in phases:
        sql, params = _leads(phase.pk).query.sql_with_params()
        yield LEADS_SQL.format(sql), params
    yield OPPORTUNITIES_SQL, ()


def _leads(phase: int) -> QuerySet[Any, Any]:
    # In the order of the index, or PostgreSQL would collect all of the phase before it takes the first.
    in_phase = Customer.objects.order_by("lead_status").filter(lead_phase=phase, billing_status="", lead_status__gt="")
    nearest = in_phase.live().values("pk")[: MOST_LEADS + 1]
    return Customer.objects.order_by().filter(pk__in=nearest).annotate(bought=HAS_BOUGHT).values("lead_phase", "bought")
