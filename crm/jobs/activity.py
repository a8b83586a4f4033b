"""The activity of a job: what each event says, by whom and after how many rows."""

from typing import NamedTuple

from django.utils.translation import ngettext

from crm.jobs.models import JobEvent, JobEventKind
from customers.lib.phrases import isolated


class EventMessage(NamedTuple):
    """Before any row is done, after one row, after several."""

    at_first: str
    after_row: str
    after_rows: str


LATER = {
    # By a user.
    JobEventKind.PAUSED: EventMessage(
        "Paused by {user}", "Paused by {user} after {rows} row", "Paused by {user} after {rows} rows"
    ),
    JobEventKind.RESUMED: EventMessage(
        "Resumed by {user}", "Resumed by {user} after {rows} row", "Resumed by {user} after {rows} rows"
    ),
    JobEventKind.CANCELLED: EventMessage(
        "Cancelled by {user}", "Cancelled by {user} after {rows} row", "Cancelled by {user} after {rows} rows"
    ),
    # By a worker.
    JobEventKind.RETRIED: EventMessage(
        "A chunk failed and will be tried again",
        "The chunk after {rows} row failed and will be tried again",
        "The chunk after {rows} rows failed and will be tried again",
    ),
    JobEventKind.LOST: EventMessage(
        "The worker stopped responding",
        "The worker stopped responding after {rows} row",
        "The worker stopped responding after {rows} rows",
    ),
    JobEventKind.EXPIRED: EventMessage(
        "Cancelled, because it stayed paused",
        "Cancelled after {rows} row, because it stayed paused",
        "Cancelled after {rows} rows, because it stayed paused",
    ),
    JobEventKind.FAILED: EventMessage("Stopped", "Stopped after {rows} row", "Stopped after {rows} rows"),
    JobEventKind.DONE: EventMessage("Done", "Done after {rows} row", "Done after {rows} rows"),
}


def event_text(event: JobEvent) -> str:
    kind = JobEventKind(event.kind)
    if kind is JobEventKind.CREATED and event.by:
        return f"Created by {isolated(event.by)}"
    if kind not in LATER:
        return str(kind.label)
    message = LATER[kind]
    text = ngettext(message.after_row, message.after_rows, event.done) if event.done else message.at_first
    return text.format(user=isolated(event.by), rows=f"{event.done:,}")
