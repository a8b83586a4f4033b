"""The pages of pulls: all of them, one added or changed, and what starts a run."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.pulls import connection, pulls
from crm.pulls.forms.pull import PullForm, form_of
from crm.pulls.models import Pull, System
from crm.pulls.pull_list import pull_rows
from crm.pulls.start import start_pull
from customers.lib.errors import ActionError
from customers.lib.phrases import isolated
from customers.web.permissions import StaffRequest, permission_required
from orders.permissions import RUN_IMPORT

may_pull = permission_required(RUN_IMPORT)
PULLS = Pull.objects.select_related("data_source")


@require_safe
@may_pull
def pull_list(request: StaffRequest) -> HttpResponse:
    return render(request, "pulls/pull_list.html", {"title": "Pulls", "rows": pull_rows()})


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@may_pull
def pull_add(request: StaffRequest) -> HttpResponse:
    system = _system(request.GET.get("system", ""))
    form = form_of(system)(request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = form.cleaned_data
        try:
            pulls.add(form.account, system=system, source=values["source"], since=values.get("since"), by=request.user)
        except ActionError as error:
            _show(form, error)
        else:
            return redirect("pulls:list")
    context = {"title": f"Add pull from {system.label}", "form": form, "system": system}
    return render(request, "pulls/pull_edit.html", context, status=422 if form.errors else 200)


def _system(name: str) -> System:
    return System(name) if name in System.values else System.KONNEKTIVE


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@may_pull
def pull_edit(request: StaffRequest, pk: int) -> HttpResponse:
    pull = get_object_or_404(PULLS, pk=pk)
    system = System(pull.system)
    form = form_of(system)(request.POST if request.method == "POST" else None, pull=pull)
    if form.is_valid():
        try:
            pulls.change(pull, form.account, by=request.user)
        except ActionError as error:
            _show(form, error)
        else:
            return redirect("pulls:list")
    context = {"title": f"Edit the pull of {isolated(pull)}", "form": form, "pull": pull, "system": system}
    return render(request, "pulls/pull_edit.html", context, status=422 if form.errors else 200)


def _show(form: PullForm, error: ActionError) -> None:
    """At its field; a name that a data source cannot have is that of the field “source”."""
    field = "source" if error.field == "name" else error.field
    form.add_error(field if field in form.fields else None, str(error))


@require_http_methods(["GET", "POST"])
@may_pull
def pull_delete(request: StaffRequest, pk: int) -> HttpResponse:
    pull = get_object_or_404(PULLS, pk=pk)
    if request.method == "POST":
        pulls.delete(pull, by=request.user)
        messages.success(request, f"The pull of {isolated(pull)} was deleted. What it brought is kept.")
        return redirect("pulls:list")
    return render(request, "pulls/pull_delete.html", {"title": f"Delete the pull of {isolated(pull)}?", "pull": pull})


@require_POST
@may_pull
def pull_run(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    try:
        return redirect(start_pull(get_object_or_404(Pull, pk=pk), by=request.user))
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("pulls:list")


@require_POST
@may_pull
def pull_test(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    pull = get_object_or_404(PULLS, pk=pk)
    try:
        answer = connection.test(pull)
    except ActionError as error:
        messages.error(request, f"{isolated(pull)}: {error}")
    else:
        messages.success(request, f"{isolated(pull)} answers. {answer}")
    return redirect("pulls:list")
