from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from customers import naming, previewing, undoing
from customers.models import Merge
from customers.views.access import may_undo, may_view
from customers.views.telling import strongly
from customers.wording import listed

if TYPE_CHECKING:
    from customers.access import StaffRequest


@require_http_methods(["GET", "POST"])
@may_undo
@may_view
def merge_undo(request: "StaffRequest", pk: int) -> HttpResponse:
    """What an undo gives back and what stays; then the undo. `only` names some of the duplicates."""
    merge = get_object_or_404(Merge.objects.select_related("survivor__merged_into", "undone_by"), pk=pk)
    data = request.POST if request.method == "POST" else request.GET
    # What is no number is nobody's: 0, so that it is refused and not taken for all of them.
    only = [naming.number(each) or 0 for each in data.getlist("only")]
    try:
        if request.method == "POST":
            return _undo(request, merge, only)
        return _page(request, undoing.plan(merge, only=only), only)
    except (undoing.StaleUndoError, undoing.OverdrawnError) as error:
        _say_nothing_undone(request, str(error))
        return redirect(f"{reverse('customers:merge_undo', args=[pk])}?{urlencode({'only': only}, doseq=True)}")
    except undoing.AlreadyUndoneError as error:
        messages.info(request, str(error))
        return redirect(merge)
    except undoing.UndoError as error:
        _say_nothing_undone(request, str(error))
        return redirect(merge)


def _say_nothing_undone(request: "StaffRequest", why: str) -> None:
    messages.error(request, strongly("Nothing was undone.", why))


def _undo(request: "StaffRequest", merge: Merge, only: list[int]) -> HttpResponse:
    undone = undoing.undo(
        merge,
        by=request.user,
        only=only,
        seen=request.POST.get("seen") or "nothing",
        allow_overdraft="allow_overdraft" in request.POST,
    )
    messages.success(request, strongly("Undone.", undone.as_sentence()))
    return redirect(merge.survivor.live_root())


def _page(request: "StaffRequest", plan: undoing.UndoPlan, only: list[int]) -> HttpResponse:
    back = listed([each.customer.numbered for each in plan.returns])
    context = {
        "title": f"Undo merge {plan.merge.pk}?" if plan.is_whole else f"Undo merge {plan.merge.pk} for {back}?",
        "merge": plan.merge,
        "plan": plan,
        "only": only,
        "back": back,
        "sides": previewing.sides(plan),
        "values": list(previewing.values(plan)),
        "notices": list(previewing.notices(plan)),
        "apart": previewing.apart(plan),
    }
    return render(request, "customers/merge_undo.html", context)
