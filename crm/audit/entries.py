"""The audit log as pages, newest first, read by the index of one filter from a cursor on."""

from collections.abc import Iterator, Sequence

from django.db.models import Q, QuerySet

from crm.audit.models import AuditEntry
from customers.lib.batches import BATCH
from customers.lib.columns import Column, ValueKind
from customers.lib.pages import PAGE, Cursor, Page, compared_to, page_of

ENTRY, ORIGIN = "Entry", "From where"

COLUMNS: tuple[Column[AuditEntry], ...] = (
    Column("Entry", lambda entry: entry.pk, ValueKind.NUMBER, ENTRY),
    Column("When (UTC)", lambda entry: entry.at, ValueKind.TIME, ENTRY),
    Column("User", lambda entry: str(entry.by or ""), group=ENTRY),
    Column("Action", lambda entry: entry.get_action_display(), group=ENTRY),
    Column("Result", lambda entry: "Refused" if entry.is_refused else "Done", group=ENTRY),
    Column("Details", lambda entry: entry.text, group=ENTRY),
    Column("About user", lambda entry: str(entry.user or ""), group=ENTRY),
    Column("Customer", lambda entry: entry.customer, ValueKind.NUMBER, ENTRY),
    Column("API key", lambda entry: str(entry.key or ""), group=ORIGIN),
    Column("Address", lambda entry: entry.address, group=ORIGIN),
    Column("Request ID", lambda entry: entry.request_id, group=ORIGIN),
)


def audit_page(condition: Q, *, before: Cursor | None) -> Page[AuditEntry, Cursor]:
    return page_of(_before(condition, before)[: PAGE + 1], Cursor.of)


def is_short(condition: Q, *, most: int) -> bool:
    return len(_before(condition, None).values_list("pk")[: most + 1]) <= most


def export_part(condition: Q, after: Cursor | None) -> tuple[Sequence[AuditEntry], Cursor | None]:
    """Some of the entries that follow, and where the next part begins; None after the last."""
    rows = list(_before(condition, after)[:BATCH])
    return rows, Cursor.of(rows[-1]) if len(rows) == BATCH else None


def export_rows(condition: Q) -> Iterator[AuditEntry]:
    rows, end = export_part(condition, None)
    yield from rows
    while end:
        rows, end = export_part(condition, end)
        yield from rows


def _before(condition: Q, cursor: Cursor | None) -> "QuerySet[AuditEntry]":
    entries = AuditEntry.objects.filter(condition).select_related("by", "user", "key").order_by("-at", "-pk")
    return entries.filter(compared_to(cursor, "lt"))
