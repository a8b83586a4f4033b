from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from customers.lib.phrases import isolated
from customers.models import DataSource
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest, may_delete, may_view
from customers.web.second_question import asks_again
from orders.sources.delete import DeleteSourceError, delete_source, empty_source
from orders.sources.deletion_plan import plan_deletion
from orders.sources.forms import DeleteSourceForm


@require_http_methods(["GET", "POST"])
@may_delete
@may_view
@asks_again
def source_delete(request: StaffRequest, pk: int) -> HttpResponse:
    source = get_object_or_404(DataSource, pk=pk)
    form = DeleteSourceForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"title": f"Delete {isolated(source)}?", "plan": plan_deletion(source), "form": form}
        return render(request, "orders/sources/source_delete.html", {**context, "source": source})
    source_too, seen = form.cleaned_data["source_too"], form.cleaned_data["seen"]
    try:
        (delete_source if source_too else empty_source)(source, by=request.user, seen=seen)
    except DeleteSourceError as error:
        messages.error(request, str(error))
        return redirect("orders:source_delete", pk)
    messages.success(request, emphasised("Deleted.", _sentence(source, source_too=source_too)))
    return redirect("orders:source_list") if source_too else redirect("orders:source_detail", pk)


def _sentence(source: DataSource, *, source_too: bool) -> str:
    if source_too:
        return f"{isolated(source)} and all that it sent were permanently deleted."
    return f"All that {isolated(source)} sent was permanently deleted."
