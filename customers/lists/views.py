"""The page of the lists that admins edit, and the forms of an entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from customers.lib.numbers import parse_numbers
from customers.lib.phrases import isolated
from customers.lists import entries
from customers.lists.catalogue import BY_SLUG, LISTS, EditedList
from customers.lists.entries import ListError
from customers.lists.forms import EntryForm, form_of
from customers.models import ListEntry
from customers.web.permissions import StaffRequest, may_manage_sales_lists, may_view


@require_http_methods(["GET", "POST"])
@may_manage_sales_lists
@may_view
def lists(request: StaffRequest) -> HttpResponse:
    """Its buttons carry what is done in their name, and the number of the entry in their value."""
    if request.method == "POST":
        return redirect(f"{reverse('customers:lists')}{_act(request)}")
    shown = [(edited, list(edited.with_use())) for edited in LISTS]
    context = {
        "title": "Sales lists",
        "section": "lists",
        "lists": shown,
        # The button that moved an entry has the focus again, so that the next press moves it further.
        "moved": request.GET.get("moved", ""),
    }
    return render(request, "customers/lists/lists.html", context)


def _act(request: StaffRequest) -> str:
    """Do what the pressed button says; the query and fragment of the address that follows."""
    edited, sent, by = _list_of(request.POST.get("list", "")), request.POST, request.user
    try:
        if "usual" in sent:
            entries.add_usual(edited, by=by)
            messages.success(request, f"The usual {edited.label.lower()} were added. Change them as you like.")
        elif "up" in sent or "down" in sent:
            towards: Literal["up", "down"] = "up" if "up" in sent else "down"
            entry = entries.move_entry(edited, _number(sent, towards), towards=towards, by=by)
            return f"?moved={edited.slug}-{towards}-{entry.pk}#{edited.slug}"
        elif "retire" in sent:
            entry = entries.retire_entry(edited, _number(sent, "retire"), is_retired=True, by=by)
            messages.success(request, f"“{isolated(entry)}” is not offered any more. What has it keeps it.")
        elif "offer" in sent:
            entry = entries.retire_entry(edited, _number(sent, "offer"), is_retired=False, by=by)
            messages.success(request, f"“{isolated(entry)}” is offered again.")
        elif "delete" in sent:
            name = entries.delete_entry(edited, _number(sent, "delete"), by=by)
            messages.success(request, f"“{isolated(name)}” was deleted.")
    except ListError as error:
        messages.error(request, str(error))
    return f"#{edited.slug}"


@require_http_methods(["GET", "POST"])
@may_manage_sales_lists
@may_view
def list_entry_add(request: StaffRequest, slug: str) -> HttpResponse:
    edited = _list_of(slug)
    form = form_of(edited, request.POST if request.method == "POST" else None)
    if form.is_valid() and (
        saved := _saved(request, edited, form, lambda: entries.add_entry(edited, form.values, by=request.user))
    ):
        return saved
    return _page(request, edited, form, title=f"Add {edited.entry}")


@require_http_methods(["GET", "POST"])
@may_manage_sales_lists
@may_view
def list_entry_edit(request: StaffRequest, slug: str, pk: int) -> HttpResponse:
    edited = _list_of(slug)
    entry = get_object_or_404(edited.model, pk=pk)
    form = form_of(edited, request.POST if request.method == "POST" else None, entry=entry)
    seen = request.POST.get("seen", "") or entry.updated.isoformat()
    if form.is_valid() and (
        saved := _saved(
            request, edited, form, lambda: entries.edit_entry(edited, pk, form.values, seen=seen, by=request.user)
        )
    ):
        return saved
    return _page(request, edited, form, title=f"Edit {edited.entry}", seen=seen)


def _saved(
    request: StaffRequest, edited: EditedList, form: EntryForm, act: Callable[[], ListEntry]
) -> HttpResponse | None:
    """Do `act` and lead back to the lists; None where it refuses, which the form then says."""
    try:
        entry = act()
    except ListError as error:
        form.add_error(error.field or None, str(error))
        return None
    messages.success(request, f"“{isolated(entry)}” was saved.")
    return redirect(f"{reverse('customers:lists')}#{edited.slug}")


def _page(request: StaffRequest, edited: EditedList, form: EntryForm, *, title: str, seen: str = "") -> HttpResponse:
    context = {"title": title, "section": "lists", "edited": edited, "form": form, "seen": seen}
    return render(request, "customers/lists/list_entry.html", context, status=422 if form.errors else 200)


def _list_of(slug: str) -> EditedList:
    if slug not in BY_SLUG:
        raise Http404
    return BY_SLUG[slug]


def _number(sent: QueryDict, name: str) -> int:
    numbers = parse_numbers(sent.getlist(name))
    if not numbers:
        raise Http404
    return numbers[0]
