from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from crm.batches.forms.undo import BatchUndoForm
from crm.batches.views.detail import answer_poll, rows_shown
from crm.batches.work import work_of
from crm.jobs.kinds.batches import start_batch_undo
from customers.batches.undo import BatchUndoError
from customers.batches.undo_preview import BatchUndoPreview, preview_undo
from customers.batches.undone import TABS, outcomes, undo_rows
from customers.lib.numbers import parse_numbers
from customers.merging.forms.history_filter import MergeHistoryForm
from customers.models import BatchUndo
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest, may_undo, may_view
from customers.web.second_question import asks_again

CHANGED = "Other merges match now than when you opened the page. This is the updated preview."


@require_http_methods(["GET", "HEAD", "POST"])
@may_undo
@may_view
@asks_again
def undo_many(request: StaffRequest) -> HttpResponse:
    """The merges that the filter in the address lets through, which is that of the merge history."""
    filters = MergeHistoryForm(request.GET)
    if filters.ignored:
        return _refused(f"Filters with values that are not valid: {', '.join(filters.ignored)}.", request, filters)
    form = BatchUndoForm(request.POST) if request.method == "POST" else BatchUndoForm.new()
    try:
        preview = preview_undo(filters.merge_filter)
        if form.is_valid():
            return _start(request, filters, form, preview)
    except BatchUndoError as error:
        return _refused(str(error), request, filters)
    return _page(request, filters, form, preview)


def _refused(why: str, request: StaffRequest, filters: MergeHistoryForm) -> HttpResponse:
    messages.error(request, emphasised("Nothing was undone.", why))
    return redirect(_with_query("customers:merges", filters))


def _with_query(name: str, filters: MergeHistoryForm) -> str:
    return f"{reverse(name)}?{filters.query}" if filters.query else reverse(name)


def _start(
    request: StaffRequest, filters: MergeHistoryForm, form: BatchUndoForm, preview: BatchUndoPreview
) -> HttpResponse:
    if request.POST.get("seen") != preview.fingerprint:
        messages.error(request, emphasised("Nothing was undone.", CHANGED))
        return redirect(_with_query("batches:undo", filters))
    left = {*parse_numbers(request.POST.getlist("shown"))} - {*parse_numbers(request.POST.getlist("merge"))}
    merges = [pk for pk in preview.merges if pk not in left]
    if not merges:
        return _refused("No merge was selected.", request, filters)
    batch = start_batch_undo(
        merges, token=form.cleaned_data["token"], terms=form.terms, about=_about(filters, len(merges)), by=request.user
    )
    return redirect("batches:undo_detail", batch.pk)


def _about(filters: MergeHistoryForm, number: int) -> str:
    merges = ngettext("%(number)s merge", "%(number)s merges", number) % {"number": f"{number:,}"}
    return f"{merges} ({filters.described})" if filters.described else merges


def _page(
    request: StaffRequest, filters: MergeHistoryForm, form: BatchUndoForm, preview: BatchUndoPreview
) -> HttpResponse:
    context: Mapping[str, Any] = {
        "title": ngettext("Undo %(number)s merge?", "Undo %(number)s merges?", preview.number)
        % {"number": f"{preview.number:,}"},
        "section": "merges",
        "filters": filters,
        "form": form,
        "preview": preview,
        "history": _with_query("customers:merges", filters),
    }
    return render(request, "batches/undo.html", context, status=422 if form.errors else 200)


@require_safe
@vary_on_headers("HX-Target")
@may_undo
@may_view
def undo_detail(request: StaffRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(BatchUndo.objects.select_related("by"), pk=pk)
    context: dict[str, Any] = {"batch": batch, "figures": outcomes(batch), **work_of(request, batch.job)}
    if request.htmx.target == "progress":
        return answer_poll(request, context)
    context |= {
        "title": "Undo of several merges",
        "section": "merges",
        **rows_shown(request, context["job"], TABS, partial(undo_rows, batch)),
    }
    return render(request, "batches/undo_detail.html", context)
