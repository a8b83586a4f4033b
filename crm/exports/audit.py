"""The export of the audit log. Its columns are `COLUMNS` of `crm/audit/entries.py`."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from crm.audit.entries import COLUMNS, export_part, export_rows, is_short
from crm.audit.forms.audit_filter import AuditFilterForm
from crm.audit.models import AuditEntry
from crm.exports.export import Export, Query, invalid_filters
from crm.permissions import VIEW_AUDIT_LOG
from customers.lib.pages import Cursor


def _condition(query: Query) -> Q:
    form = AuditFilterForm(query)
    if form.ignored:
        raise invalid_filters(form.ignored)
    return form.condition


def _describe(query: Query) -> str:
    _condition(query)
    return AuditFilterForm(query).described


def _at_once(query: Query, *, most: int, with_orders: bool) -> Iterator[AuditEntry] | None:
    condition = _condition(query)
    return export_rows(condition) if is_short(condition, most=most) else None


def _part(query: Query, after: Any, *, with_orders: bool) -> tuple[Sequence[AuditEntry], str | None]:
    rows, end = export_part(_condition(query), Cursor.parse(after) if after else None)
    return rows, str(end) if end else None


AUDIT = Export(
    name="audit",
    kind="audit_export",
    label="Audit log",
    list_needs=(VIEW_AUDIT_LOG,),
    columns=COLUMNS,
    describe=_describe,
    at_once=_at_once,
    part=_part,
    list_url="audit:list",
)
