from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from customers.lib.numbers import parse_number
from customers.lib.phrases import isolated
from customers.matching.forms import IgnoreForm
from customers.matching.ignored_list import changes_page, ignored_page, most_shared
from customers.matching.ignored_values import IgnoreError, ignore_value, readable_value, use_again
from customers.permissions import IGNORE
from customers.web.fields import LONGEST_REASON, reason_in
from customers.web.permissions import StaffRequest, may_ignore, may_view

CHANGES = "changes"
TABS = {"": "Ignored", CHANGES: "History"}


@require_safe
@may_view
def ignored_values(request: StaffRequest) -> HttpResponse:
    return _page(request, IgnoreForm(label_suffix=""))


@require_POST
@may_ignore
@may_view
def ignored_add(request: StaffRequest) -> HttpResponse:
    form = IgnoreForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(request, form)
    try:
        ignored = ignore_value(form.cleaned_data["value"], reason=form.cleaned_data["reason"], by=request.user)
    except IgnoreError as error:
        form.add_error("value", str(error))
        return _page(request, form)
    text = isolated(readable_value(ignored.kind, ignored.value))
    messages.success(request, f"{text} is no longer used for matching.")
    return redirect("customers:ignored")


@require_POST
@may_ignore
@may_view
def ignored_remove(request: StaffRequest) -> HttpResponse:
    # Enter in the field of the reason names no value: nothing is changed.
    if number := parse_number(request.POST.get("value", "")):
        _use_again(request, number)
    return redirect("customers:ignored")


def _use_again(request: StaffRequest, pk: int) -> None:
    try:
        text = use_again(pk, reason=reason_in(request), by=request.user)
    except IgnoreError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{isolated(text)} is used for matching again.")


def _page(request: StaffRequest, form: IgnoreForm) -> HttpResponse:
    tab = CHANGES if request.GET.get("tab") == CHANGES else ""
    before, text = parse_number(request.GET.get("before", "")) or 0, request.GET.get("q", "").strip()
    context: dict[str, Any] = {
        "title": "Ignored values",
        "section": "duplicates",
        "tabs": TABS,
        "tab": tab,
        "before": before,
        "text": text,
        "form": form,
        "longest_reason": LONGEST_REASON,
        "page": changes_page(before=before) if tab else ignored_page(text, before=before),
    }
    if not tab and request.user.has_perm(IGNORE):
        context["offered"] = most_shared()
    template = "ignored_changes" if tab else "ignored_values"
    return render(request, f"customers/matching/{template}.html", context, status=422 if form.errors else 200)
