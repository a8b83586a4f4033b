"""What the page of a merge of many and that of an undo of many do alike."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRefresh

from crm.jobs.models import Job
from customers.lib.numbers import parse_number
from customers.web.permissions import StaffRequest


class RowsOfBatch(Protocol):
    def __call__(self, *, outcome: str, after: int, reasons: Mapping[str, str]) -> object: ...


def answer_poll(request: StaffRequest, context: Mapping[str, Any]) -> HttpResponse:
    """How far the job is; the whole page once it has ended, which has other buttons then."""
    job: Job | None = context["job"]
    if job is None or not job.is_unfinished:
        return HttpResponseClientRefresh()
    return render(request, "batches/_progress.html", dict(context))


def rows_shown(
    request: StaffRequest, job: Job | None, tabs: Sequence[tuple[str, str]], read: RowsOfBatch
) -> dict[str, Any]:
    """The tab and the page of its rows that the address names."""
    outcome, after = request.GET.get("outcome", ""), parse_number(request.GET.get("after", "")) or 0
    outcome = outcome if outcome in dict(tabs) else ""
    reasons = {error.row: error.reason for error in job.errors.all()} if job else {}
    page = read(outcome=outcome, after=after, reasons=reasons)
    return {"tabs": tabs, "outcome": outcome, "after": after, "page": page}
