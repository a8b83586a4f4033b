"""The page that says what the columns of a file mean."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from crm.imports import steps
from crm.imports.forms.columns import ColumnsForm
from crm.imports.forms.read_as import ReadAsForm
from crm.imports.preview import preview_of
from customers.lib.errors import ActionError
from customers.lib.numbers import parse_number
from customers.web.permissions import StaffRequest
from orders.imports import drafts
from orders.imports.columns.mapping import problems
from orders.imports.columns.presets import BY_NAME
from orders.models import Import
from orders.permissions import may_import


@require_http_methods(["GET", "HEAD", "POST"])
@may_import
def import_columns(request: StaffRequest, pk: int) -> HttpResponse:
    """Each button of the form keeps what was chosen: it shows more, or starts the dry run."""
    imported = get_object_or_404(steps.visible_imports(request.user), pk=pk)
    if imported.state not in drafts.OPEN or not imported.file:
        return redirect("imports:detail", pk)
    form = ColumnsForm(imported, request.POST if request.method == "POST" else None, is_long="all" in request.GET)
    if form.is_valid() and _kept(request, imported, form):
        if more := request.POST.get("more", ""):
            return redirect(f"{reverse('imports:columns', args=[pk])}?{'all=1' if more == 'all' else f'row={more}'}")
        return redirect("imports:detail", pk)
    return render(
        request, "imports/columns.html", _context(request, imported, form), status=422 if form.errors else 200
    )


def _kept(request: StaffRequest, imported: Import, form: ColumnsForm) -> bool:
    """False if the form has to be shown again, with what is wrong."""
    values = form.cleaned_data
    try:
        mapping = drafts.choose(imported, form.targets, formats=form.formats, tags=values["tag"])
        if request.POST.get("more"):
            return True
        drafts.assign_source(imported, values["source"], country=values["country"], by=request.user)
        if values["save_as"]:
            drafts.save_mapping(imported, values["save_as"], by=request.user)
        for problem in problems(mapping):
            form.add_error(None, problem)
        if not form.errors:
            steps.check(imported, by=request.user)
    except ActionError as error:
        form.add_error("source" if error.field in ("name", "source") else None, str(error))
    return not form.errors


def _context(request: StaffRequest, imported: Import, form: ColumnsForm) -> dict[str, object]:
    row = parse_number(request.GET.get("row", "")) or 1
    columns = form.mapping.columns
    preset = BY_NAME.get(form.mapping.preset)
    return {
        "title": "Match columns",
        "section": "jobs",
        "imported": imported,
        "form": form,
        "read_as": ReadAsForm(imported),
        "preset": preset,
        "columns": len(columns),
        "taken": sum(bool(column.target) for column in columns),
        "problems": [] if form.is_bound else list(problems(form.mapping)),
        "preview": preview_of(imported, row),
    }


@require_POST
@may_import
def import_read_as(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    imported = get_object_or_404(steps.visible_imports(request.user), pk=pk)
    form = ReadAsForm(imported, request.POST)
    try:
        if form.is_valid():
            values = form.cleaned_data
            drafts.read_as(imported, preset=values["preset"], saved=values.get("saved"), sheet=values.get("sheet", ""))
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("imports:columns", pk)
