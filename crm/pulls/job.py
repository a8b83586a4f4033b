"""A run of a pull, as a job: a page is asked for, then written with the place of the next one in one transaction.

A run writes an import of its own, so what it brought can be undone. The place is the pull's, not the job's: where a
job stopped for good, the next run goes on. Refunds of orders that are here follow in a chunk of their own, because they
lock customers whom the rows before did not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from django.utils import timezone

from crm.jobs.kind import JobKind, RefusedRow, Step, register
from crm.jobs.models import Job
from crm.pulls.errors import PullError
from crm.pulls.konnektive import KonnektivePage, page_at
from crm.pulls.models import Pull
from crm.pulls.places import OVERLAP, PullPlace, first_place
from crm.pulls.pulls import today_of
from crm.pulls.rows import imported_rows
from orders.imports.batch.verdicts import Verdict, counts_of
from orders.imports.batch.write import write_chunk
from orders.models import Import, ImportState, Order, OrderStatus, RowOutcome
from orders.payments.refunds_elsewhere import record_refunds

PERMISSION = "orders.run_import"
LEASE = timedelta(minutes=5)
"""Longer than the other system may take to answer, and a page to be written."""
REFUNDS = "Refunds"


@dataclass(frozen=True)
class AnsweredPage:
    place: PullPlace
    page: KonnektivePage


def ask(job: Job) -> AnsweredPage | None:
    if job.cursor.get("refunds"):
        return None
    pull = _pull_of(job)
    place = PullPlace.from_json(pull.place) if pull.place else first_place(pull.since, today_of(pull))
    return AnsweredPage(place, page_at(place, pull))


def chunk(job: Job) -> Step:
    pull, imported = _pull_of(job), Import.objects.get(pk=job.parameters["import"])
    if job.cursor.get("refunds"):
        return _refund(job, imported)
    answer, last = cast("AnsweredPage", job.answer), job.cursor.get("row", 0)
    rows = imported_rows(answer.page.rows, answer.place.subject, pull.data_source, zone=pull.zone, after=last)
    verdicts = write_chunk(imported, pull.data_source, rows) if rows else []
    _count(imported, verdicts, after=last)
    following = answer.place.following(total=answer.page.total, is_last_page=answer.page.is_last)
    _move(pull, job, answer.place, following)
    refunds = _refunds_due(verdicts, pull)
    cursor = {"row": rows[-1].numbers[-1] if rows else last, "refunds": refunds, "is_over": following is None}
    return _step(cursor, verdicts, imported)


def _pull_of(job: Job) -> Pull:
    pull = Pull.objects.select_related("data_source").filter(pk=job.parameters["pull"]).first()
    if pull is None:
        raise PullError("This pull was deleted.")
    if pull.job != job.pk:
        raise PullError(f"A later run goes on with this pull: job {pull.job}.")
    return pull


def _move(pull: Pull, job: Job, place: PullPlace, following: PullPlace | None) -> None:
    """Last of all: who deletes the data source locks its customers first."""
    moved: dict[str, Any] = (
        {"place": following.to_json()} if following else {"place": {}, "since": place.until - OVERLAP}
    )
    if not Pull.objects.filter(pk=pull.pk, job=job.pk).update(**moved):
        raise PullError("This pull was deleted.")


def _count(imported: Import, verdicts: Sequence[Verdict], *, after: int) -> None:
    """Rows that were here need not be kept, of which every run has some."""
    imported.rows.filter(outcome=RowOutcome.HERE, number__gt=after).delete()
    imported.counts = dict(Counter(imported.counts) + Counter(counts_of(verdicts)))
    imported.save(update_fields=["counts"])


def end_import(imported: Import) -> None:
    """One that brought nothing leaves nothing."""
    if not imported.rows.exists():
        imported.delete()
        return
    imported.state, imported.ended = ImportState.DONE, timezone.now()
    imported.save(update_fields=["state", "ended"])


def _refunds_due(verdicts: Sequence[Verdict], pull: Pull) -> dict[str, str]:
    """{order: what was refunded in all} of orders that have less refunded here."""
    orders = [v.row.order for v in verdicts if v.outcome == RowOutcome.HERE and v.row.order]
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
    step = _step({**job.cursor, "refunds": {}}, [], imported)
    return replace(step, counts={REFUNDS: changed} if changed else {})


def _step(cursor: dict[str, Any], verdicts: Sequence[Verdict], imported: Import) -> Step:
    is_last = cursor["is_over"] and not cursor["refunds"]
    if is_last:
        end_import(imported)
    numbers = {label: sum(v.outcome == outcome for v in verdicts) for outcome, label in RowOutcome.choices}
    refused = [verdict for verdict in verdicts if verdict.outcome == RowOutcome.REFUSED]
    return Step(
        cursor,
        is_last=is_last,
        done=len(verdicts),
        refusals=[RefusedRow(_name(verdict), verdict.reason) for verdict in refused],
        counts={label: number for label, number in numbers.items() if number},
    )


def _name(verdict: Verdict) -> str:
    """By the ID there: rows of an answer have no number that anybody could look up."""
    cells = verdict.row.cells
    return f"Order {cells['orderId']}" if cells.get("orderId") else f"Customer {cells.get('customerId', '')}"


PULL = register(JobKind("pull", "Pull", PERMISSION, chunk, ask=ask, lease=LEASE))
