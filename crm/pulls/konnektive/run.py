"""A run over the query calls: customers first, then orders, days by days.

Refunds of orders that are here follow in a chunk of their own, because they lock customers whom the rows before did
not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from crm.jobs.kind import RefusedRow, Step
from crm.jobs.models import Job
from crm.pulls import steps
from crm.pulls.konnektive.places import OVERLAP, PullPlace, first_place
from crm.pulls.konnektive.queries import KonnektivePage, page_at
from crm.pulls.konnektive.rows import imported_rows
from crm.pulls.models import Pull
from crm.pulls.pulls import today_of
from orders.imports.batch.verdicts import Verdict, counts_of
from orders.imports.batch.write import write_chunk
from orders.models import Import, MatchedBy, Order, OrderStatus, RowOutcome
from orders.payments.refunds_elsewhere import record_refunds

REFUNDS = "Refunds"


@dataclass(frozen=True)
class AnsweredPage:
    place: PullPlace
    page: KonnektivePage


def ask(job: Job, pull: Pull) -> AnsweredPage | None:
    if job.cursor.get("refunds"):
        return None
    today = today_of(pull)
    place = PullPlace.from_json(pull.place) if pull.place else first_place(pull.since or today, today)
    return AnsweredPage(place, page_at(place, pull))


def chunk(job: Job, pull: Pull, imported: Import) -> Step:
    if job.cursor.get("refunds"):
        return _refund(job, imported)
    answer, last = cast("AnsweredPage", job.answer), job.cursor.get("row", 0)
    rows = imported_rows(answer.page.rows, answer.place.subject, pull.data_source, zone=pull.zone, after=last)
    verdicts = write_chunk(imported, pull.data_source, rows) if rows else []
    steps.count(imported, counts_of(verdicts), after=last)
    following = answer.place.following(total=answer.page.total, is_last_page=answer.page.is_last)
    if following:
        steps.move(pull, place=following.to_json())
    else:
        steps.move(pull, place={}, since=answer.place.until - OVERLAP)
    refunds = _refunds_due(verdicts, pull)
    cursor = {"row": rows[-1].numbers[-1] if rows else last, "refunds": refunds, "is_over": following is None}
    return _step(cursor, verdicts, imported)


def _refunds_due(verdicts: Sequence[Verdict], pull: Pull) -> dict[str, str]:
    """{order: what was refunded in all} of orders that have less refunded here."""
    known = [verdict for verdict in verdicts if verdict.evidence in (MatchedBy.ORDER, MatchedBy.ROW)]
    orders = [verdict.row.order for verdict in known if verdict.row.order]
    refunded = {order.external_id: order.refunded for order in orders if order.refunded}
    here = Order.objects.filter(
        data_source=pull.data_source, external_id__in=refunded, status=OrderStatus.COMPLETE, transactions=None
    )
    return {
        str(order.pk): str(amount) for order in here if (amount := refunded[order.external_id or ""]) > order.refunded
    }


def _refund(job: Job, imported: Import) -> Step:
    refunded = {int(pk): Decimal(amount) for pk, amount in job.cursor["refunds"].items()}
    changed = record_refunds(refunded, by=imported.by)
    return steps.step({**job.cursor, "refunds": {}}, imported, is_last=job.cursor["is_over"], counts={REFUNDS: changed})


def _step(cursor: dict[str, Any], verdicts: Sequence[Verdict], imported: Import) -> Step:
    refused = [verdict for verdict in verdicts if verdict.outcome == RowOutcome.REFUSED]
    return steps.step(
        cursor,
        imported,
        is_last=cursor["is_over"] and not cursor["refunds"],
        counts=Counter(verdict.outcome for verdict in verdicts),
        done=len(verdicts),
        refusals=[RefusedRow(_name(verdict), verdict.reason) for verdict in refused],
    )


def _name(verdict: Verdict) -> str:
    """By the ID there: rows of an answer have no number that anybody could look up."""
    cells = verdict.row.cells
    return f"Order {cells['orderId']}" if cells.get("orderId") else f"Customer {cells.get('customerId', '')}"
