from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from customers.lib.phrases import join_words
from customers.merging.correct import Correctable, correct_merge, correctable
from customers.merging.forms.final_values import FinalValues
from customers.merging.forms.texts import texts_of_choices
from customers.merging.forms.values import ValuesForm
from customers.merging.meanwhile import StalePlanError
from customers.merging.plan import MergeError
from customers.models import Merge, MergeDraft
from customers.profile.fields import BY_KEY
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest, may_change, may_merge, may_undo, may_view


@require_http_methods(["GET", "POST"])
@may_merge
@may_undo
@may_change
@may_view
def merge_correct(request: StaffRequest, pk: int) -> HttpResponse:
    merge = get_object_or_404(Merge.objects.select_related("survivor__merged_into"), pk=pk)
    try:
        current = correctable(merge)
        as_decided = ValuesForm(
            current.customers, draft=_draft(current), by=request.user, blank_fields=current.blank_fields
        )
        if request.method != "POST":
            return _page(request, current, as_decided)
        form = ValuesForm(
            current.customers, request.POST, draft=_draft(current), by=request.user, blank_fields=current.blank_fields
        )
        plan = form.review()
        if plan is None:
            return _page(request, current, form)
        before = as_decided.shown.choices
        corrected = [key for key in current.fields if plan.choices.get(key) != before.get(key)]
        change = correct_merge(merge, plan, corrected, by=request.user)
    except StalePlanError as error:
        messages.error(request, emphasised("Nothing was corrected.", str(error)))
        return redirect("customers:merge_correct", pk)
    except MergeError as error:
        messages.error(request, emphasised("Nothing was corrected.", str(error)))
        return redirect(merge)
    if change:
        labels = join_words([BY_KEY[key].label for key in change.values])
        messages.success(request, emphasised("Corrected.", f"{labels}: an undo of the merge reverts this as well."))
    else:
        messages.info(request, "Nothing was changed: the values are as they were.")
    return redirect(merge.survivor)


def _draft(current: Correctable) -> MergeDraft:
    """What was decided in the merge, as the form keeps what was entered."""
    seen = {str(customer.pk): customer.version for customer in current.customers}
    return MergeDraft(entered=texts_of_choices(current.choices), seen=seen)


def _page(request: StaffRequest, current: Correctable, form: ValuesForm) -> HttpResponse:
    fields = [BY_KEY[key] for key in current.fields]
    final_values = FinalValues(
        form.customers,
        {},
        form.entered,
        form.errors,
        form.changes,
        may_enter=True,
        fields=fields,
        until=current.versions,
    )
    context = {
        "title": f"Correct merge {current.merge.pk}",
        "merge": current.merge,
        "survivor": current.merge.survivor,
        "form": form,
        "final_values": final_values,
        "decided_since": join_words([BY_KEY[key].label for key in current.decided_since] or [""]),
    }
    return render(request, "customers/merging/merge_correct.html", context, status=422 if form.errors else 200)
