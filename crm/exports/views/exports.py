"""The page of an export, for who may have its list. It answers with the file, or starts the job that writes it."""

from collections.abc import Iterable, Sequence
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.audit import log
from crm.exports.choices import remember
from crm.exports.export import MOST_AT_ONCE, Export, ExportError, Query, have_orders
from crm.exports.formats import FileFormat, csv_of, write_file
from crm.exports.forms.export import ExportForm
from crm.exports.job import EXPORTS, start_export
from customers.lib.audit import AuditAction
from customers.lib.columns import Column, Plain, plain_row
from customers.web.permissions import StaffRequest, require


@require_http_methods(["GET", "HEAD", "POST"])
def export_page(request: StaffRequest, *, export: Export[Any]) -> HttpResponseBase:
    require(request.user, export.needs)
    query = request.GET.dict()
    tick = query.pop("tick", "")
    data = request.POST if request.method == "POST" else None
    form = ExportForm(export, data, user=request.user, tick=tick)
    about, error = _described(export, query)
    if form.is_valid() and not error:
        try:
            return _export(request, export, query, form)
        except ExportError as refusal:
            error = str(refusal)
    context = {
        "title": f"Export {export.label.lower()}",
        "section": export.section,
        "export": export,
        "exports": [other for other in EXPORTS.values() if request.user.has_perms(other.needs)],
        "form": form,
        "about": about,
        "error": error,
        "most": MOST_AT_ONCE,
    }
    return render(request, "exports/export.html", context, status=422 if error or form.errors else 200)


def _described(export: Export[Any], query: Query) -> tuple[str, str]:
    """The filters in words, and why they are refused."""
    try:
        return export.describe(query), ""
    except ExportError as error:
        return "", str(error)


def _export(request: StaffRequest, export: Export[Any], query: Query, form: ExportForm) -> HttpResponseBase:
    columns, file_format = form.chosen, form.cleaned_data["file_format"]
    rows = export.at_once(query, most=MOST_AT_ONCE, with_orders=have_orders(columns))
    remember(request.user, export, columns, file_format, shown=[column.label for column in form.offered])
    # What was searched for may be a person, so only which filters were used.
    filters = f" Filters: {', '.join(sorted(query))}." if query else ""
    text = f"{export.label}, {file_format.name}, {len(columns)} columns.{filters}"
    log.write(AuditAction.EXPORT, text, by=request.user)
    if rows is None:
        return redirect(start_export(export, query, columns, file_format, by=request.user))
    name = f"{export.name}-{timezone.localdate()}.{file_format.value}"
    return _response(name, columns, (plain_row(columns, row) for row in rows), file_format)


def _response(
    name: str, columns: Sequence[Column[Any]], rows: Iterable[Sequence[Plain]], file_format: FileFormat
) -> HttpResponseBase:
    if file_format == FileFormat.CSV:
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(csv_of(columns, rows), content_type="text/csv; charset=utf-8", headers=disposition)
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_file(file_format, columns, rows, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name)
