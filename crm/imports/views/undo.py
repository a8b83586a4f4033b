from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from crm.imports import steps
from crm.imports.undo_page import undo_page
from crm.jobs.kinds.undo_plan import start_undo_plan
from customers.lib.errors import ActionError
from customers.web.permissions import StaffRequest
from customers.web.second_question import asks_again
from orders.models import ImportState
from orders.permissions import may_import

UNDOABLE = (ImportState.DONE, ImportState.RUNNING, ImportState.UNDOING)


@require_http_methods(["GET", "HEAD", "POST"])
@may_import
@asks_again
def import_undo(request: StaffRequest, pk: int) -> HttpResponse:
    """What the undo will delete and keep. What is touched until it runs is kept as well."""
    imported = get_object_or_404(steps.visible_imports(request.user), pk=pk)
    if request.method == "POST":
        try:
            steps.undo(imported, by=request.user)
        except ActionError as error:
            messages.error(request, str(error))
        return redirect("imports:detail", pk)
    if imported.state not in UNDOABLE:
        return redirect("imports:detail", pk)
    shown = undo_page(imported)
    context = {
        "title": "Undo this import?",
        "section": "jobs",
        "imported": imported,
        "shown": shown,
        "plan": shown.plan,
    }
    return render(request, "imports/import_undo.html", context)


@require_POST
@may_import
def import_look(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    """Look at all rows of a long import, before it is undone."""
    imported = get_object_or_404(steps.visible_imports(request.user), pk=pk)
    if imported.state not in UNDOABLE:
        return redirect("imports:detail", pk)
    return redirect(start_undo_plan(imported, by=request.user))
