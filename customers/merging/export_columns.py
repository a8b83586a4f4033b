"""The export of the merge history, newest first, a batch at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from customers.lib.batches import BATCH
from customers.lib.columns import Column, ValueKind
from customers.lib.pages import Cursor
from customers.merging.changed_values import changed_values
from customers.merging.history import MergeFilter, MergeRow, filter_merges, merge_rows, merges_before
from customers.models import MergeMember

MERGE, CUSTOMERS, VALUES, UNDO = "Merge", "Customers", "Values", "Undo"


def _name_then(member: MergeMember) -> str:
    return member.duplicate_name or member.duplicate.name


def _values(row: MergeRow, side: str) -> str:
    """A line for each value that the merge changed, such as “Company: Initech”; both columns have the same lines."""
    return "\n".join(f"{change.label}: {getattr(change, side)}".rstrip() for change in row.changes)


COLUMNS: tuple[Column[MergeRow], ...] = (
    Column("Merge", lambda row: row.merge.pk, ValueKind.NUMBER, MERGE),
    Column("Uuid", lambda row: row.merge.uuid, group=MERGE),
    Column("Merged at (UTC)", lambda row: row.merge.created, ValueKind.TIME, MERGE),
    Column("User", lambda row: str(row.merge.actor or "API client"), group=MERGE),
    Column("Confirmed by", lambda row: str(row.merge.confirmed_by or ""), group=MERGE),
    Column("Method", lambda row: row.merge.get_via_display(), group=MERGE),
    Column("Kept", lambda row: row.merge.survivor_id, ValueKind.NUMBER, CUSTOMERS),
    Column("Kept, name", lambda row: row.merge.survivor_name or row.merge.survivor.name, group=CUSTOMERS),
    Column("Merged", lambda row: " ".join(str(customer.pk) for customer in row.duplicates), group=CUSTOMERS),
    Column(
        "Merged, names",
        lambda row: ", ".join(_name_then(member) for member in row.members),
        group=CUSTOMERS,
    ),
    Column("Orders moved", lambda row: row.orders, ValueKind.NUMBER, CUSTOMERS, is_about_orders=True),
    Column("Values before", lambda row: _values(row, "before"), group=VALUES),
    Column("Values after", lambda row: _values(row, "after"), group=VALUES),
    Column("Warnings", lambda row: "\n".join(" ".join(notice) for notice in row.merge.warnings), group=MERGE),
    Column("Reason", lambda row: row.merge.reason, group=MERGE),
    Column("Status", lambda row: row.state, group=MERGE),
    Column("Undone (UTC)", lambda row: row.latest_undo_at, ValueKind.TIME, UNDO),
    Column("Undone by", lambda row: str(row.merge.undone_by or row.partly_undone_by), group=UNDO),
)


def is_short(filters: MergeFilter, *, most: int) -> bool:
    return len(merges_before(filter_merges(filters), None).values_list("pk")[: most + 1]) <= most


def export_part(filters: MergeFilter, after: Cursor | None) -> tuple[Sequence[MergeRow], Cursor | None]:
    """Some of the merges that follow, and where the next part begins; None after the last."""
    merges = list(merges_before(filter_merges(filters), after)[:BATCH])
    end = Cursor.of(merges[-1], by="created") if len(merges) == BATCH else None
    rows = merge_rows(merges)
    changes = changed_values({row.merge: row.members for row in rows})
    return [replace(row, changes=changes[row.merge.pk]) for row in rows], end


def export_rows(filters: MergeFilter) -> Iterator[MergeRow]:
    rows, end = export_part(filters, None)
    yield from rows
    while end:
        rows, end = export_part(filters, end)
        yield from rows
