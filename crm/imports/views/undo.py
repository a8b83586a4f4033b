from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from crm.imports import steps
from customers.lib.errors import ActionError
from orders.imports.undo import plan_undo
from orders.models import ImportState
from orders.permissions import may_import

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest

NAMED = 10


@require_http_methods(["GET", "HEAD", "POST"])
@may_import
def import_undo(request: "StaffRequest", pk: int) -> HttpResponse:
    """What the undo will delete and keep. What is touched until it runs is kept as well."""
    imported = get_object_or_404(steps.visible_imports(request.user), pk=pk)
    if request.method == "POST":
        try:
            steps.undo(imported, by=request.user)
        except ActionError as error:
            messages.error(request, str(error))
        return redirect("imports:detail", pk)
    if imported.state not in (ImportState.DONE, ImportState.RUNNING, ImportState.UNDOING):
        return redirect("imports:detail", pk)
    plan = plan_undo(imported)
    named = plan.named[:NAMED]
    context = {
        "title": "Undo this import?",
        "section": "jobs",
        "imported": imported,
        "plan": plan,
        "named": named,
        "more": plan.kept - len(named),
    }
    return render(request, "imports/import_undo.html", context)
