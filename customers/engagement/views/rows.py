"""Adding, editing and deleting contacts, tasks and opportunities, which differ in their form and their acts.

ROW_KINDS lists them: their addresses in `customers/urls.py` and what tests ask of their pages follow from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from customers.engagement import contacts, opportunities, tasks
from customers.engagement.common import EngagementError, GoneError
from customers.engagement.forms.rows import ContactForm, OpportunityForm, RowForm, TaskForm
from customers.lib.phrases import isolated
from customers.models import Contact, Customer, DataSource, LinkedRow, Opportunity, Task
from customers.web.live import with_live
from customers.web.permissions import StaffRequest, may_change, may_view


@dataclass(frozen=True)
class RowKind:
    """`add(customer, values, by=…)`, `edit(row, values, by=…, seen=…)` and `delete(row, by=…)` are its acts."""

    model: type[LinkedRow]
    form: type[RowForm]
    add: Callable[..., Any]
    edit: Callable[..., Any]
    delete: Callable[..., Any]

    @property
    def name(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def slug(self) -> str:
        """Such as “task”: its pages are called `task_add` and `task_edit`."""
        return str(self.model._meta.model_name)

    @property
    def tab(self) -> str:
        """Such as “tasks”, as in the addresses of its pages."""
        return self.model.tab.slug if self.model.tab else ""

    def back(self, customer: Customer) -> str:
        return f"{customer.get_absolute_url()}?tab={self.tab}#rows"


def _add_contact(customer: Customer, values: dict[str, Any], **options: Any) -> Contact:
    return contacts.add(customer, DataSource.staff(), values, **options)


CONTACT = RowKind(Contact, ContactForm, _add_contact, contacts.edit, contacts.delete)
TASK = RowKind(Task, TaskForm, tasks.add, tasks.edit, tasks.delete)
OPPORTUNITY = RowKind(Opportunity, OpportunityForm, opportunities.add, opportunities.edit, opportunities.delete)
ROW_KINDS = (CONTACT, TASK, OPPORTUNITY)


@require_http_methods(["GET", "POST"])
@may_change
@may_view
@with_live
def row_add(request: StaffRequest, customer: Customer, *, kind: RowKind) -> HttpResponse:
    form = kind.form(request.POST if request.method == "POST" else None, by=request.user)
    if form.is_valid():
        act = partial(kind.add, customer, form.values, by=request.user, unless_repeated=True)
        if saved := _saved(request, kind, form, customer, act, says="was added"):
            return saved
    return _page(request, kind, form, customer, button=f"Add {kind.name}")


@require_http_methods(["GET", "POST"])
@may_change
@may_view
@with_live
def row_edit(request: StaffRequest, customer: Customer, row: int, *, kind: RowKind) -> HttpResponse:
    stored = get_object_or_404(kind.model, pk=row, source_record__customer=customer)
    form = kind.form(request.POST if request.method == "POST" else None, row=stored, by=request.user)
    if "delete" in request.POST:
        act = partial(kind.delete, stored, by=request.user)
        if deleted := _saved(request, kind, form, customer, act, says="was deleted"):
            return deleted
    elif form.is_valid():
        act = partial(kind.edit, stored, form.values, by=request.user, seen=request.POST.get("seen", ""))
        if saved := _saved(request, kind, form, customer, act, says="was saved"):
            return saved
    return _page(request, kind, form, customer, button=f"Save {kind.name}")


def _saved(
    request: StaffRequest, kind: RowKind, form: RowForm, customer: Customer, act: Callable[[], Any], *, says: str
) -> HttpResponseRedirect | None:
    """Do `act` and lead back to the tab; None where it refuses, which the form then says."""
    try:
        row = act() or form.row
    except GoneError as error:
        messages.error(request, str(error))
        return redirect(kind.back(customer))
    except EngagementError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None
    messages.success(request, f"The {kind.name} “{isolated(str(row))}” {says}.")
    return redirect(kind.back(customer))


def _page(request: StaffRequest, kind: RowKind, form: RowForm, customer: Customer, *, button: str) -> HttpResponse:
    context = {
        "title": f"{button}: {isolated(customer.name)}",
        "section": "customers",
        "customer": customer,
        "kind": kind,
        "form": form,
        "back": kind.back(customer),
        "button": button,
        "seen": request.POST.get("seen") or (form.row and form.row.updated.isoformat()),
    }
    is_refused = request.method == "POST"
    return render(request, "customers/engagement/row_form.html", context, status=422 if is_refused else 200)
