"""A run over the lists of `/v1/`: plans, customers, invoices, cancellations.

What is new of a page is written first. What changed of it, such as a payment of an invoice that is here, follows in a
chunk of its own, because it locks other customers; for that the page is asked for again. Merges follow one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import Any, cast

from django.utils import timezone

from crm.jobs.kind import RefusedRow, Step
from crm.jobs.models import Job
from crm.pulls import steps
from crm.pulls.chartmogul.cancellations import take_cancellations
from crm.pulls.chartmogul.customers import customer_rows
from crm.pulls.chartmogul.invoice_changes import follow_invoices
from crm.pulls.chartmogul.invoices import invoice_id, orders_of, take_invoices
from crm.pulls.chartmogul.merges import follow_merge, merged_records
from crm.pulls.chartmogul.places import ACCOUNT, ACTIVITIES, CUSTOMERS, EVENTS, INVOICES, PLANS, RECENT, V1Place
from crm.pulls.chartmogul.plans import take_plans
from crm.pulls.errors import PullError
from crm.pulls.models import Pull
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.verdicts import counts_of
from orders.imports.batch.write import write_chunk
from orders.models import Import, RowOutcome

MERGED, CHANGED, CANCELLED = "Merged", "Invoices changed", "Subscriptions cancelled"
NOT_INSTALLED = "Nothing was pulled: the client of ChartMogul is missing. Install Reunite with the extra “pull”."


@dataclass(frozen=True)
class V1Answer:
    place: V1Place
    entries: Sequence[Any] = ()
    cursor: str = ""
    has_more: bool = False


@dataclass(frozen=True)
class Written:
    """What came of a page; `row` is the last row of the import.

    `counts` are of its rows, by outcome and evidence, `followed` of what was here and changed there, by label.
    """

    place: V1Place
    row: int
    counts: Mapping[str, int] = field(default_factory=dict)
    followed: Mapping[str, int] = field(default_factory=dict)
    done: int = 0
    refusals: Sequence[RefusedRow] = ()


def refuse_without_client() -> None:
    if find_spec("chartmogul") is None:
        raise PullError(NOT_INSTALLED)


def ask(job: Job, pull: Pull) -> V1Answer:
    place = V1Place.from_json(pull.place)
    if place.merges:
        return V1Answer(place)
    refuse_without_client()
    from crm.pulls.chartmogul import client, pages

    config = client.config_of(pull)
    if place.reads == ACCOUNT:
        source = client.data_source_there(config, pull.source_there)
        return V1Answer(replace(place, source=source, lists_changes=client.has_changes(config)))
    page = pages.READ[place.reads](config, place, pull.since)
    return V1Answer(place, page.entries, page.cursor, page.has_more)


def chunk(job: Job, pull: Pull, imported: Import) -> Step:
    answer, row = cast("V1Answer", job.answer), job.cursor.get("row", 0)
    if answer.place.merges:
        written = _follow_merge(answer.place, imported, row)
    else:
        written = TAKE[answer.place.reads](answer, pull, imported, row)
    steps.count(imported, written.counts, after=row)
    place = written.place
    if place.is_over:
        steps.move(pull, place=place.next_run().to_json(), since=timezone.now().date())
    else:
        steps.move(pull, place=place.to_json())
    return steps.step(
        {"row": written.row},
        imported,
        is_last=place.is_over,
        counts={**{outcome: written.counts.get(outcome, 0) for outcome in RowOutcome.values}, **written.followed},
        done=written.done,
        refusals=written.refusals,
    )


def _follow_merge(place: V1Place, imported: Import, row: int) -> Written:
    records, *others = place.merges
    merged, refusals = follow_merge(records, by=imported.by)
    return Written(replace(place, merges=others), row, followed={MERGED: merged}, refusals=refusals)


def _take_account(answer: V1Answer, pull: Pull, imported: Import, row: int) -> Written:
    return Written(answer.place.behind("", has_more=False), row)


def _take_plans(answer: V1Answer, pull: Pull, imported: Import, row: int) -> Written:
    plans, refusals = take_plans(answer.entries, pull.data_source)
    place = replace(answer.place, plans={**answer.place.plans, **plans})
    return Written(place.behind(answer.cursor, has_more=answer.has_more), row, refusals=refusals)


def _take_customers(answer: V1Answer, pull: Pull, imported: Import, row: int) -> Written:
    place = answer.place
    rows = customer_rows(answer.entries, place.source, pull.data_source, after=row)
    verdicts = write_chunk(imported, pull.data_source, IncomingChunk(rows, pull.data_source)) if rows else []
    behind = place.behind(answer.cursor, has_more=answer.has_more)
    refused = [verdict for verdict in verdicts if verdict.outcome == RowOutcome.REFUSED]
    return Written(
        replace(behind, merges=merged_records(answer.entries, pull, place.source)),
        rows[-1].numbers[-1] if rows else row,
        counts_of(verdicts),
        done=len(verdicts),
        refusals=[RefusedRow(f"Customer {verdict.row.cells['external_id']}", verdict.reason) for verdict in refused],
    )


def _take_invoices(answer: V1Answer, pull: Pull, imported: Import, row: int) -> Written:
    place, here = answer.place, orders_of(answer.entries, pull.data_source)
    known = [invoice for invoice in answer.entries if invoice_id(invoice) in here]
    behind = place.behind(answer.cursor, has_more=answer.has_more and not _is_old(answer, pull, len(known)))
    if place.is_second:
        changed, refusals = follow_invoices(known, here, by=imported.by)
        return Written(behind, row, followed={CHANGED: changed}, refusals=refusals)
    new = [i for i in answer.entries if invoice_id(i) not in here and not getattr(i, "disabled", None)]
    orders, refusals = take_invoices(new, imported, pull.data_source, place.plans, after=row)
    counts = {RowOutcome.JOINED.value: len(orders), RowOutcome.HERE: len(known), RowOutcome.REFUSED: len(refusals)}
    following = replace(place, is_second=True) if known else behind
    return Written(following, row + len(orders), counts, done=len(new) + len(known), refusals=refusals)


def _is_old(answer: V1Answer, pull: Pull, known: int) -> bool:
    """Whether the pages behind it have nothing new: the newest come first, and all were read before."""
    place = answer.place
    if place.lists_changes or not place.has_all_invoices or pull.since is None or known < len(answer.entries):
        return False
    return all(invoice.date.date() < pull.since - RECENT for invoice in answer.entries)


def _take_cancellations(answer: V1Answer, pull: Pull, imported: Import, row: int) -> Written:
    cancelled, refusals = take_cancellations(answer.entries, imported, pull.data_source, after=row)
    behind = answer.place.behind(answer.cursor, has_more=answer.has_more)
    followed = {CANCELLED: cancelled - len(refusals)}
    return Written(behind, row + cancelled, followed=followed, done=cancelled, refusals=refusals)


TAKE = {
    ACCOUNT: _take_account,
    PLANS: _take_plans,
    CUSTOMERS: _take_customers,
    INVOICES: _take_invoices,
    ACTIVITIES: _take_cancellations,
    EVENTS: _take_cancellations,
}
