from collections.abc import Iterator, Sequence
from typing import Any

from crm.exports.export import Export, Query
from customers.matching.worklist.export import COLUMNS, STRENGTHS, ExportedMember, export_part, export_rows, is_short


def _kind(query: Query) -> str:
    """The tab of the worklist; "" is all."""
    kind = query.get("tab", "")
    return kind if kind in STRENGTHS else ""


def _describe(query: Query) -> str:
    kind = _kind(query)
    return f"Same {STRENGTHS[kind].lower()}" if kind else ""


def _at_once(query: Query, *, most: int, with_orders: bool) -> Iterator[ExportedMember] | None:
    return export_rows(kind=_kind(query)) if is_short(most=most) else None


def _part(query: Query, after: Any, *, with_orders: bool) -> tuple[Sequence[ExportedMember], int | None]:
    rows, following = export_part(after or 0, kind=_kind(query))
    return rows, following or None


DUPLICATES = Export(
    name="duplicates",
    kind="duplicate_export",
    label="Duplicates",
    needs=("customers.view_customer",),
    columns=COLUMNS,
    describe=_describe,
    at_once=_at_once,
    part=_part,
    list_url="customers:duplicates",
)
