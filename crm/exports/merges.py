"""The export of merges. Its columns are `COLUMNS` of `customers/merging/export_columns.py`."""

from collections.abc import Iterator, Sequence
from typing import Any

from crm.exports.export import Export, Query, invalid_filters
from customers.lib.pages import Cursor
from customers.merging.export_columns import COLUMNS, export_part, export_rows, is_short
from customers.merging.forms.history_filter import MergeHistoryForm
from customers.merging.history import MergeFilter, MergeRow
from customers.models import Merge
from customers.permissions import VIEW_CUSTOMERS


def _filter(query: Query) -> MergeFilter:
    """The file could not show that a filter is ignored, so that is refused."""
    form = MergeHistoryForm(query)
    if form.ignored:
        raise invalid_filters(form.ignored)
    return form.merge_filter


def _describe(query: Query) -> str:
    _filter(query)
    return MergeHistoryForm(query).described


def _at_once(query: Query, *, most: int, with_orders: bool) -> Iterator[MergeRow] | None:
    filters = _filter(query)
    return export_rows(filters) if is_short(filters, most=most) else None


def _part(query: Query, after: Any, *, with_orders: bool) -> tuple[Sequence[MergeRow], str | None]:
    rows, end = export_part(_filter(query), Cursor.parse(after) if after else None)
    return rows, str(end) if end else None


def _count(query: Query) -> int | None:
    return None if MergeHistoryForm(query).applied else Merge.objects.count()


MERGES = Export(
    name="merges",
    kind="merge_export",
    label="Merges",
    list_needs=(VIEW_CUSTOMERS,),
    columns=COLUMNS,
    describe=_describe,
    at_once=_at_once,
    part=_part,
    count=_count,
    list_url="customers:merges",
)
