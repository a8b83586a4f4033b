"""The export of the merge history, newest first, a batch at a time."""

from collections.abc import Iterator, Sequence

from customers.lib.batches import BATCH
from customers.lib.columns import Column, ValueKind
from customers.merging.history import MergeFilter, MergeRow, filter_merges, merge_rows, merges_before
from customers.records.newest import Cursor

MERGE, CUSTOMERS, UNDO = "Merge", "Customers", "Undo"

COLUMNS: tuple[Column[MergeRow], ...] = (
    Column("Merge", lambda row: row.merge.pk, ValueKind.NUMBER, MERGE),
    Column("Uuid", lambda row: row.merge.uuid, group=MERGE),
    Column("Merged at (UTC)", lambda row: row.merge.created, ValueKind.TIME, MERGE),
    Column("User", lambda row: str(row.merge.actor or "API client"), group=MERGE),
    Column("Method", lambda row: row.merge.get_via_display(), group=MERGE),
    Column("Kept", lambda row: row.merge.survivor_id, ValueKind.NUMBER, CUSTOMERS),
    Column("Kept, name", lambda row: row.merge.survivor.name, group=CUSTOMERS),
    Column("Merged", lambda row: " ".join(str(customer.pk) for customer in row.duplicates), group=CUSTOMERS),
    Column("Merged, names", lambda row: ", ".join(customer.name for customer in row.duplicates), group=CUSTOMERS),
    Column("Orders moved", lambda row: row.orders, ValueKind.NUMBER, CUSTOMERS, is_about_orders=True),
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
    end = Cursor(merges[-1].created, merges[-1].pk) if len(merges) == BATCH else None
    return merge_rows(merges), end


def export_rows(filters: MergeFilter) -> Iterator[MergeRow]:
    rows, end = export_part(filters, None)
    yield from rows
    while end:
        rows, end = export_part(filters, end)
        yield from rows
