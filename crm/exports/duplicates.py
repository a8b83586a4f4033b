"""The export of possible duplicates. Its columns are `COLUMNS` of `customers/matching/worklist/export_columns.py`."""

from collections.abc import Iterator, Sequence
from typing import Any

from crm.exports.export import Export, Query, invalid_filters
from customers.matching.forms import WorklistFilterForm
from customers.matching.worklist.export_columns import COLUMNS, ExportedMember, export_part, export_rows, is_short
from customers.matching.worklist.filters import WorklistFilter
from customers.permissions import VIEW_CUSTOMERS


def _describe(query: Query) -> str:
    return _form(query).described


def _at_once(query: Query, *, most: int, with_orders: bool) -> Iterator[ExportedMember] | None:
    only = _filter(query, with_orders=with_orders)
    return export_rows(only=only) if is_short(most=most) else None


def _part(query: Query, after: Any, *, with_orders: bool) -> tuple[Sequence[ExportedMember], str | None]:
    rows, following = export_part(after or "", only=_filter(query, with_orders=with_orders))
    return rows, following or None


def _filter(query: Query, *, with_orders: bool) -> WorklistFilter:
    form = _form(query)
    if form.worklist_filter.spent and not with_orders:
        # Who may not view orders must not learn of them by a filter.
        raise invalid_filters([str(form["spent"].label)])
    return form.worklist_filter


def _form(query: Query) -> WorklistFilterForm:
    """The file could not show that a filter is ignored, so that is refused."""
    form = WorklistFilterForm(query)
    if form.ignored:
        raise invalid_filters(form.ignored)
    return form


DUPLICATES = Export(
    name="duplicates",
    kind="duplicate_export",
    label="Duplicates",
    list_needs=(VIEW_CUSTOMERS,),
    columns=COLUMNS,
    describe=_describe,
    at_once=_at_once,
    part=_part,
    list_url="customers:duplicates",
)
