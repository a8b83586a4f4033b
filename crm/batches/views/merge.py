from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from crm.batches.forms.merge import KEPT, BatchMergeForm
from crm.batches.views.detail import answer_poll, rows_shown
from crm.batches.work import work_of
from crm.jobs.kinds.batches import start_batch_merge
from customers.batches.merge_preview import BatchMergePreview
from customers.batches.merged import TABS, group_rows, outcomes
from customers.batches.proposals import propose
from customers.batches.worklist_groups import read_groups, worklist_groups, write_groups
from customers.lib.errors import ActionError
from customers.lib.numbers import parse_numbers
from customers.matching.forms import WorklistFilterForm
from customers.matching.views.worklist import STAY
from customers.matching.worklist.tabs import groups_tab
from customers.models import MergeBatch
from customers.models.merge import OnConflict
from customers.permissions import UNDO, VIEW_ORDERS
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest, may_merge, may_view

LONGEST_ADDRESS = 3_000
"""Of the groups in it; servers refuse longer ones."""
CHANGED = "Some of these customers were changed since you opened the page. This is the updated preview."


class InvalidFilterError(ActionError):
    """To ignore a filter would merge more than was meant."""


@require_POST
@may_merge
@may_view
def merge_selected(request: StaffRequest) -> HttpResponseRedirect:
    """From the ticks of the worklist to the preview of these groups."""
    groups = write_groups([parse_numbers(group.split()) for group in request.POST.getlist("group")])
    if not read_groups(groups):
        return _refused(request, "Select the groups first.")
    if len(groups) > LONGEST_ADDRESS:
        return _refused(request, "Select fewer groups, or merge all of a filter.")
    return redirect(f"{reverse('batches:merge')}?{urlencode({'groups': groups})}")


def _refused(request: StaffRequest, why: str) -> HttpResponseRedirect:
    messages.error(request, emphasised("Nothing was merged.", why))
    stay = {name: request.POST[name] for name in STAY if request.POST.get(name)}
    return redirect(f"{reverse('customers:duplicates')}?{urlencode(stay)}")


@require_http_methods(["GET", "HEAD", "POST"])
@may_merge
@may_view
def merge_many(request: StaffRequest) -> HttpResponse:
    """The groups that the address names, or else those of the worklist that pass the filter in it."""
    form = BatchMergeForm(request.POST if request.method == "POST" else request.GET)
    try:
        preview = _preview(request, form)
    except InvalidFilterError as error:
        return _refused(request, str(error))
    if request.method != "POST" or form.errors:
        return _page(request, form, preview, status=422 if request.method == "POST" else 200)
    if request.POST.get("seen") != preview.fingerprint:
        messages.error(request, emphasised("Nothing was merged.", CHANGED))
        return _page(request, form, preview, status=409)
    return _start(request, form, preview)


def _preview(request: StaffRequest, form: BatchMergeForm) -> BatchMergePreview:
    named = (request.POST if request.method == "POST" else request.GET).get("groups")
    groups, has_more = (read_groups(named), False) if named is not None else _of_filter(request)
    on_conflict = form.chosen_conflict
    proposals = propose(groups, keep=form.chosen_keep, on_conflict=on_conflict, by=request.user)
    return BatchMergePreview(proposals, on_conflict, has_more)


def _of_filter(request: StaffRequest) -> tuple[list[list[int]], bool]:
    tab = groups_tab(request.GET.get("tab", ""))
    filters = WorklistFilterForm(request.GET, tab=tab, with_orders=request.user.has_perm(VIEW_ORDERS))
    if filters.ignored:
        raise InvalidFilterError(f"Filters with values that are not valid: {', '.join(filters.ignored)}.")
    return worklist_groups(tab, filters.worklist_filter)


def _start(request: StaffRequest, form: BatchMergeForm, preview: BatchMergePreview) -> HttpResponse:
    cleared = {*request.POST.getlist("shown")} - {*request.POST.getlist("group")}
    chosen = [proposal for proposal in preview.merged if proposal.numbers not in cleared]
    if not chosen:
        messages.error(request, emphasised("Nothing was merged.", "Select at least one group."))
        return _page(request, form, preview, status=422)
    groups = ngettext("%(number)s group", "%(number)s groups", len(chosen)) % {"number": f"{len(chosen):,}"}
    batch = start_batch_merge(
        chosen,
        on_conflict=preview.on_conflict,
        token=form.chosen_token,
        reason=form.cleaned_data["reason"],
        about=groups,
        by=request.user,
    )
    return redirect("batches:merge_detail", batch.pk)


def _page(
    request: StaffRequest, form: BatchMergeForm, preview: BatchMergePreview, *, status: int = 200
) -> HttpResponse:
    number = len(preview.merged)
    question = ngettext("Merge %(number)s group?", "Merge %(number)s groups?", number) % {"number": f"{number:,}"}
    context = {
        "title": question if number else "No groups to merge",
        "section": "duplicates",
        "form": form,
        "preview": preview,
        "groups": write_groups([proposal.ids for proposal in preview.proposals]),
        "address": {name: value for name, value in request.GET.items() if name not in ("keep", "conflict")},
        "keeps": KEPT,
        "conflicts": OnConflict.choices,
    }
    return render(request, "batches/merge.html", context, status=status)


@require_safe
@vary_on_headers("HX-Target")
@may_merge
@may_view
def merge_detail(request: StaffRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(MergeBatch.objects.select_related("by"), pk=pk)
    context: dict[str, Any] = {"batch": batch, "figures": outcomes(batch), **work_of(request, batch.job)}
    if request.htmx.target == "progress":
        return answer_poll(request, context)
    context |= {
        "title": "Merge of several groups",
        "section": "duplicates",
        **rows_shown(request, context["job"], TABS, partial(group_rows, batch)),
        "may_undo": request.user.has_perm(UNDO) and batch.merges.filter(undone_at=None).exists(),
    }
    return render(request, "batches/merge_detail.html", context)
