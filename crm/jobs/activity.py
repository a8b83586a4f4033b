"""The activity of a job: what each event says, by whom and after how much."""

from typing import NamedTuple

from crm.jobs.kind import unit_of
from crm.jobs.models import JobEvent, JobEventKind
from customers.lib.phrases import isolated


class EventMessage(NamedTuple):
    """Before anything is done, and after."""

    at_first: str
    later: str


LATER = {
    # By a user.
    JobEventKind.PAUSED: EventMessage("Paused by {user}", "Paused by {user} after {done}"),
    JobEventKind.RESUMED: EventMessage("Resumed by {user}", "Resumed by {user} after {done}"),
    JobEventKind.CANCELLED: EventMessage("Cancelled by {user}", "Cancelled by {user} after {done}"),
    # By a worker.
    JobEventKind.RETRIED: EventMessage(
        "A chunk failed and will be tried again",
        "The chunk after {done} failed and will be tried again",
    ),
    JobEventKind.LOST: EventMessage("The worker stopped responding", "The worker stopped responding after {done}"),
    JobEventKind.EXPIRED: EventMessage(
        "Cancelled, because it stayed paused",
        "Cancelled after {done}, because it stayed paused",
    ),
    JobEventKind.FAILED: EventMessage("Stopped", "Stopped after {done}"),
    JobEventKind.DONE: EventMessage("Done", "Done after {done}"),
}


def event_text(event: JobEvent) -> str:
    kind = JobEventKind(event.kind)
    if kind is JobEventKind.CREATED and event.by:
        return f"Created by {isolated(event.by)}"
    if kind not in LATER:
        return str(kind.label)
    message = LATER[kind]
    text = message.later if event.done else message.at_first
    done = f"{event.done:,} {unit_of(event.job.kind, event.done)}"
    return text.format(user=isolated(event.by), done=done)
