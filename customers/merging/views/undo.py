from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from customers.lib.numbers import parse_number
from customers.lib.phrases import join_words
from customers.merging import undo_preview
from customers.merging.forms.undo import UndoForm
from customers.merging.undo import undo_merge
from customers.merging.undo_plan import (
    AlreadyUndoneError,
    OverdrawnError,
    StaleUndoError,
    UndoError,
    UndoPlan,
    plan_undo,
)
from customers.models import Merge
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest, may_undo, may_view


@require_http_methods(["GET", "POST"])
@may_undo
@may_view
def merge_undo(request: StaffRequest, pk: int) -> HttpResponse:
    merge = get_object_or_404(Merge.objects.select_related("survivor__merged_into", "undone_by"), pk=pk)
    data = request.POST if request.method == "POST" else request.GET
    # A text that is not a number becomes 0, which no customer has: an empty list would undo the whole merge.
    only = [parse_number(number) or 0 for number in data.getlist("only")]
    try:
        if request.method == "POST":
            return _undo(request, merge, only)
        return _page(request, plan_undo(merge, only=only), only)
    except (StaleUndoError, OverdrawnError) as error:
        _warn_not_undone(request, str(error))
        return redirect(f"{reverse('customers:merge_undo', args=[pk])}?{urlencode({'only': only}, doseq=True)}")
    except AlreadyUndoneError as error:
        messages.info(request, str(error))
        return redirect(merge)
    except UndoError as error:
        _warn_not_undone(request, str(error))
        return redirect(merge)


def _warn_not_undone(request: StaffRequest, why: str) -> None:
    messages.error(request, emphasised("Nothing was undone.", why))


def _undo(request: StaffRequest, merge: Merge, only: list[int]) -> HttpResponse:
    form, seen = UndoForm(request.POST), request.POST.get("seen") or "nothing"
    form.full_clean()  # boxes alone: nothing can be wrong
    undone = undo_merge(merge, by=request.user, only=only, seen=seen, terms=form.terms)
    messages.success(request, emphasised("Undone.", undone.as_sentence()))
    return redirect(merge.survivor.live_root())


def _page(request: StaffRequest, plan: UndoPlan, only: list[int]) -> HttpResponse:
    back = join_words([side.customer.name_with_number for side in plan.returns])
    context = {
        "title": f"Undo merge {plan.merge.pk}?" if plan.scope.is_whole else f"Undo merge {plan.merge.pk} for {back}?",
        "merge": plan.merge,
        "plan": plan,
        "only": only,
        "back": back,
        "sides": undo_preview.customers_after_undo(plan),
        "values": list(undo_preview.values_after_undo(plan)),
        "notices": list(undo_preview.notices(plan)),
        "suggests_mark": undo_preview.suggests_mark(plan, now=timezone.now()),
        "not_duplicates": undo_preview.not_duplicates_text(plan),
    }
    return render(request, "customers/merging/merge_undo.html", context)
