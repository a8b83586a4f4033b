"""A run over the query calls: customers, orders, purchases, transactions, each days by days.

What became of orders and purchases that are here follows in a chunk of its own, because it locks customers whom the
rows before did not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from crm.jobs.kind import RefusedRow, Step
from crm.jobs.models import Job
from crm.pulls import steps
from crm.pulls.konnektive.places import OVERLAP, TRANSACTIONS, PullPlace, first_place
from crm.pulls.konnektive.purchases import follow_purchases, purchases_due
from crm.pulls.konnektive.queries import KonnektivePage, page_at
from crm.pulls.konnektive.rows import imported_rows
from crm.pulls.konnektive.transactions import take_transactions
from crm.pulls.models import Pull
from crm.pulls.pulls import today_of
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.verdicts import Verdict, counts_of
from orders.imports.batch.write import write_chunk
from orders.models import Import, MatchedBy, Order, OrderStatus, RowOutcome
from orders.payments.payments_elsewhere import paid_elsewhere
from orders.payments.refunds_elsewhere import record_refunds

REFUNDS, PURCHASES_CHANGED, TRANSACTIONS_ADDED = "Refunds", "Purchases changed", "Transactions"


@dataclass(frozen=True)
class AnsweredPage:
    place: PullPlace
    page: KonnektivePage


def ask(job: Job, pull: Pull) -> AnsweredPage | None:
    if job.cursor.get("refunds") or job.cursor.get("purchases"):
        return None
    today = today_of(pull)
    place = PullPlace.from_json(pull.place) if pull.place else first_place(pull.since or today, today)
    return AnsweredPage(place, page_at(place, pull))


def chunk(job: Job, pull: Pull, imported: Import) -> Step:
    if job.cursor.get("refunds") or job.cursor.get("purchases"):
        return _follow(job, imported)
    answer, last = cast("AnsweredPage", job.answer), job.cursor.get("row", 0)
    if answer.place.subject == TRANSACTIONS:
        return _take_transactions(answer, job, pull, imported)
    rows = imported_rows(answer.page.rows, answer.place.subject, pull.data_source, zone=pull.zone, after=last)
    verdicts = write_chunk(imported, pull.data_source, IncomingChunk(rows, pull.data_source)) if rows else []
    steps.count(imported, counts_of(verdicts), after=last)
    is_over = _move(answer, pull)
    cursor = {
        "row": rows[-1].numbers[-1] if rows else last,
        "refunds": _refunds_due(verdicts, pull),
        "purchases": purchases_due(verdicts, pull.data_source),
        "is_over": is_over,
    }
    return _step(cursor, verdicts, imported)


def _take_transactions(answer: AnsweredPage, job: Job, pull: Pull, imported: Import) -> Step:
    zone, rows = ZoneInfo(pull.zone), answer.page.rows
    added = take_transactions(rows, imported, pull.data_source, zone=zone)
    cursor = {**job.cursor, "is_over": _move(answer, pull)}
    return steps.step(cursor, imported, is_last=cursor["is_over"], counts={TRANSACTIONS_ADDED: added}, done=len(rows))


def _move(answer: AnsweredPage, pull: Pull) -> bool:
    """To the next place; whether there is none."""
    following = answer.place.following(total=answer.page.total, is_last_page=answer.page.is_last)
    if following:
        steps.move(pull, place=following.to_json())
    else:
        steps.move(pull, place={}, since=answer.place.until - OVERLAP)
    return following is None


def _refunds_due(verdicts: Sequence[Verdict], pull: Pull) -> dict[str, str]:
    """{order: what was refunded in all} of orders that have less refunded here."""
    known = [verdict for verdict in verdicts if verdict.evidence in (MatchedBy.ORDER, MatchedBy.ROW)]
    orders = [verdict.row.order for verdict in known if verdict.row.order]
    refunded = {order.external_id: order.refunded for order in orders if order.refunded}
    here = paid_elsewhere(
        Order.objects.filter(data_source=pull.data_source, external_id__in=refunded, status=OrderStatus.COMPLETE)
    )
    return {
        str(order.pk): str(amount) for order in here if (amount := refunded[order.external_id or ""]) > order.refunded
    }


def _follow(job: Job, imported: Import) -> Step:
    if job.cursor.get("refunds"):
        return _refund(job, imported)
    changed = follow_purchases(job.cursor["purchases"], by=imported.by)
    cursor = {**job.cursor, "purchases": {}}
    return steps.step(cursor, imported, is_last=cursor["is_over"], counts={PURCHASES_CHANGED: changed})


def _refund(job: Job, imported: Import) -> Step:
    refunded = {int(pk): Decimal(amount) for pk, amount in job.cursor["refunds"].items()}
    changed = record_refunds(refunded, by=imported.by)
    return steps.step({**job.cursor, "refunds": {}}, imported, is_last=job.cursor["is_over"], counts={REFUNDS: changed})


def _step(cursor: dict[str, Any], verdicts: Sequence[Verdict], imported: Import) -> Step:
    refused = [verdict for verdict in verdicts if verdict.outcome == RowOutcome.REFUSED]
    return steps.step(
        cursor,
        imported,
        is_last=cursor["is_over"] and not (cursor["refunds"] or cursor["purchases"]),
        counts=Counter(verdict.outcome for verdict in verdicts),
        done=len(verdicts),
        refusals=[RefusedRow(_name(verdict), verdict.reason) for verdict in refused],
    )


def _name(verdict: Verdict) -> str:
    """By the ID there: rows of an answer have no number that anybody could look up."""
    cells = verdict.row.cells
    if purchase := cells.get("purchaseId"):
        return f"Purchase {purchase}"
    return f"Order {cells['orderId']}" if cells.get("orderId") else f"Customer {cells.get('customerId', '')}"
