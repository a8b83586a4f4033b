"""What is not wanted for ever: one list of all that is deleted after a time, with the setting that says when.

`manage.py purge` goes through it each night. It deletes in batches, each a transaction, so a purge that was interrupted
only goes on the next time. `docs/privacy.md` has the same list.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import Error
from django.utils.translation import ngettext

from crm.accounts import attempts, sessions
from crm.audit import purge as audit
from crm.jobs import files, queue
from crm.webhooks import purge as webhooks
from customers.events import purge as events
from customers.lib.batches import delete_in_batches
from customers.merging import drafts
from orders.intake import idempotency
from orders.reconciliation import purge as reconciliation


@dataclass(frozen=True)
class RetainedKind:
    """`count` says how many rows are due, `delete` deletes them and says how many there were.

    Rows that are kept `kept_for` no time at all are kept for ever.
    """

    label: str
    one: str
    many: str
    setting: str
    kept_for: Callable[[], timedelta]
    count: Callable[[], int]
    delete: Callable[[], int]

    @property
    def is_kept_for_ever(self) -> bool:
        return not self.kept_for()

    def named(self, number: int) -> str:
        return f"{number:,} {ngettext(self.one, self.many, number)}"

    @property
    def age(self) -> str:
        """Such as “7 days” or “24 hours”."""
        hours = round(self.kept_for() / timedelta(hours=1))
        days, left = divmod(hours, 24)
        if left or days < 2:
            return f"{hours:,} {ngettext('hour', 'hours', hours)}"
        return f"{days:,} {ngettext('day', 'days', days)}"


def days(setting: str) -> Callable[[], timedelta]:
    return lambda: timedelta(days=getattr(settings, setting))


RETAINED: tuple[RetainedKind, ...] = (
    RetainedKind("Audit log", "entry", "entries", "AUDIT_DAYS", days("AUDIT_DAYS"), audit.count_due, audit.purge),
    RetainedKind(
        "Failed sign-ins",
        "attempt",
        "attempts",
        "SIGN_IN_ATTEMPT_DAYS",
        days("SIGN_IN_ATTEMPT_DAYS"),
        lambda: attempts.due().count(),
        attempts.purge_attempts,
    ),
    RetainedKind(
        "Ended sessions",
        "session",
        "sessions",
        "SESSION_HOURS",
        lambda: timedelta(seconds=settings.SESSION_COOKIE_AGE),
        lambda: sessions.ended_sessions().count(),
        sessions.purge_sessions,
    ),
    RetainedKind(
        "Merge drafts",
        "draft",
        "drafts",
        "MERGE_DRAFT_HOURS",
        lambda: timedelta(hours=settings.MERGE_DRAFT_HOURS),
        lambda: drafts.due().count(),
        drafts.purge,
    ),
    RetainedKind(
        "Files of jobs, with refused rows and parameters",
        "job",
        "jobs",
        "JOB_FILES_DAYS",
        days("JOB_FILES_DAYS"),
        lambda: files.old_jobs().count(),
        files.clear_old_jobs,
    ),
    RetainedKind(
        "Imported files",
        "import",
        "imports",
        "IMPORT_FILES_DAYS",
        days("IMPORT_FILES_DAYS"),
        lambda: files.imports_to_clear().count(),
        files.clear_imports,
    ),
    RetainedKind(
        "Calls to workers",
        "call",
        "calls",
        "WORKER_CALL_DAYS",
        days("WORKER_CALL_DAYS"),
        lambda: queue.old_calls().count(),
        queue.forget_old_calls,
    ),
    RetainedKind(
        "Idempotency keys of orders",
        "key",
        "keys",
        "ORDER_KEY_DAYS",
        days("ORDER_KEY_DAYS"),
        lambda: idempotency.due_keys(days=settings.ORDER_KEY_DAYS).count(),
        lambda: delete_in_batches(idempotency.due_keys(days=settings.ORDER_KEY_DAYS)),
    ),
    RetainedKind(
        "Other idempotency keys, with answers",
        "key",
        "keys",
        "API_ANSWER_DAYS",
        days("API_ANSWER_DAYS"),
        lambda: idempotency.due_answers().count(),
        lambda: delete_in_batches(idempotency.due_answers()),
    ),
    RetainedKind(
        "Events", "event", "events", "EVENTS_DAYS", days("EVENTS_DAYS"), lambda: events.due().count(), events.purge
    ),
    RetainedKind(
        "Reconciled days",
        "day",
        "days",
        "RECONCILIATION_DAYS",
        days("RECONCILIATION_DAYS"),
        lambda: reconciliation.due().count(),
        reconciliation.purge,
    ),
    RetainedKind(
        "Webhook deliveries",
        "delivery",
        "deliveries",
        "WEBHOOK_DAYS",
        days("WEBHOOK_DAYS"),
        webhooks.count_due,
        webhooks.purge_deliveries,
    ),
)


@dataclass(frozen=True)
class PurgedKind:
    kind: RetainedKind
    number: int = 0
    error: str = ""


def purge_all(*, dry_run: bool) -> Iterator[PurgedKind]:
    """Kind by kind. One that fails keeps no other from being purged."""
    faults: tuple[type[Exception], ...] = (Error, *files.storage_faults())
    for kind in RETAINED:
        try:
            number = kind.count() if dry_run else kind.delete()
        except faults as error:
            yield PurgedKind(kind, error=str(error))
        else:
            yield PurgedKind(kind, number)
