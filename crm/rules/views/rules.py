"""The pages of rules: all of them, one of them, one created or changed, and what switches it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.jobs.kinds.back_test import BACK_TEST
from crm.jobs.kinds.rule_run import RULE_RUN
from crm.rules.forms.rule import RuleForm, initial_of, saved_values
from crm.rules.rule_list import MOST_CHANGES, rule_row, rule_rows
from crm.rules.start import running_job, start_back_test, start_run
from customers.lib.errors import ActionError
from customers.lib.numbers import parse_number
from customers.lib.phrases import isolated
from customers.matching.keys import MOST_SHARING
from customers.models import MergeRule
from customers.models.rule import FindingOutcome, RuleState
from customers.permissions import MANAGE_RULES
from customers.rules.candidates import MOST_HOLDERS, crowded_values
from customers.rules.edit import MOST_RULES, RuleError, StaleRuleError, change_rule, create_rule, delete_rule, free_name
from customers.rules.findings import finding_page
from customers.rules.ready_made import BY_SLUG, DEFAULTS, READY_MADE
from customers.rules.switch import current_test, note_looked_at, switch
from customers.web.permissions import StaffRequest, may_view, permission_required
from customers.web.second_question import asks_again

MOST_CROWDED = 5
may_manage = permission_required(MANAGE_RULES)
RULES = MergeRule.objects.filter(deleted_at=None).select_related("kept_source", "owner")


@require_safe
@may_view
@may_manage
def rule_list(request: StaffRequest) -> HttpResponse:
    rows = rule_rows()
    context = {"title": "Rules", "rows": rows, "ready_made": READY_MADE, "is_full": len(rows) >= MOST_RULES}
    return render(request, "rules/rule_list.html", context)


@require_safe
@may_view
@may_manage
def rule_detail(request: StaffRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(RULES, pk=pk)
    # What a rule that is on would merge it has merged.
    first = FindingOutcome.CONFLICT if rule.state == RuleState.ON else FindingOutcome.MERGE
    tab = request.GET.get("found", first)
    tab = tab if tab in FindingOutcome.values else first
    before = parse_number(request.GET.get("before", "")) or 0
    context = {
        "title": str(rule),
        "rule": rule,
        "row": rule_row(rule),
        "labels": FindingOutcome.choices,
        "tab": tab,
        "page": finding_page(rule, tab, before=before),
        "is_first": not before,
        "crowded": crowded_values(rule, most=MOST_CROWDED),
        "most_sharing": MOST_SHARING,
        "most_holders": MOST_HOLDERS,
        "test": current_test(rule),
        "job": running_job(RULE_RUN.name, rule) or running_job(BACK_TEST.name, rule),
        "changes": rule.changes.select_related("by").order_by("-pk")[:MOST_CHANGES],
    }
    return render(request, "rules/rule_detail.html", context)


@require_http_methods(["GET", "POST"])
@may_view
@may_manage
def rule_add(request: StaffRequest) -> HttpResponse:
    ready_made = BY_SLUG.get(request.GET.get("template", ""))
    values = {**ready_made.values, "name": free_name(ready_made.name)} if ready_made else DEFAULTS
    form = _form(request, initial_of(values, owner=request.user))
    if form.is_valid():
        try:
            rule = create_rule(form.values, by=request.user)
        except RuleError as error:
            _show(form, error)
        else:
            return _after_saving(request, rule)
    return _edit_page(request, form, {"title": "Create rule"})


@require_http_methods(["GET", "POST"])
@may_view
@may_manage
def rule_edit(request: StaffRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(RULES, pk=pk)
    form = _form(request, initial_of(saved_values(rule), owner=rule.owner, version=rule.version))
    if form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            rule = change_rule(rule, form.values, version=version, by=request.user)
        except StaleRuleError as error:
            rule.refresh_from_db()
            form.show_version(rule.version)
            _show(form, error)
        except RuleError as error:
            _show(form, error)
        else:
            return _after_saving(request, rule)
    row = rule_row(rule)
    return _edit_page(request, form, {"title": f"Edit rule: {isolated(rule)}", "rule": rule, "row": row})


def _form(request: StaffRequest, initial: dict[str, Any]) -> RuleForm:
    data = request.POST if request.method == "POST" else None
    return RuleForm(data, users=get_user_model().objects.all(), initial=initial)


def _edit_page(request: StaffRequest, form: RuleForm, context: dict[str, Any]) -> HttpResponse:
    return render(request, "rules/rule_edit.html", {**context, "form": form}, status=422 if form.errors else 200)


def _show(form: RuleForm, error: RuleError) -> None:
    field = {"least_probability": "probability"}.get(error.field, error.field)
    form.add_error(field if field in form.fields else None, str(error))


def _after_saving(request: StaffRequest, rule: MergeRule) -> HttpResponseRedirect:
    messages.success(request, f"{isolated(rule)} was saved. Nothing was merged.")
    if "test" not in request.POST:
        return redirect("rules:detail", rule.pk)
    try:
        start_back_test(rule, by=request.user)
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("rules:back_test", rule.pk)


@require_POST
@may_view
@may_manage
@asks_again
def rule_switch(request: StaffRequest, pk: int) -> HttpResponse:
    """On with what the back-test page sends: that it was looked at."""
    rule = get_object_or_404(RULES, pk=pk)
    state = request.POST.get("state", "")
    try:
        if state not in (RuleState.OFF, RuleState.DRY_RUN, RuleState.ON):
            raise RuleError("Select whether the rule is off, in a dry run or on.")
        test = current_test(rule)
        if state == RuleState.ON and test and request.POST.get("looked") == str(test.pk):
            note_looked_at(test)
        switched = switch(rule, RuleState(state), by=request.user)
        if state == RuleState.ON:
            start_run(switched, by=request.user)
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("rules:back_test" if state == RuleState.ON else "rules:detail", rule.pk)
    messages.success(request, f"{isolated(rule)}: {switched.get_state_display().lower()}.")
    return redirect("rules:detail", rule.pk)


@require_POST
@may_view
@may_manage
@asks_again
def rule_run(request: StaffRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(RULES, pk=pk)
    try:
        return redirect(start_run(rule, by=request.user))
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("rules:detail", rule.pk)


@require_http_methods(["GET", "POST"])
@may_view
@may_manage
def rule_delete(request: StaffRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(RULES, pk=pk)
    if request.method == "POST":
        try:
            delete_rule(rule, by=request.user)
        except RuleError as error:
            messages.error(request, str(error))
            return redirect("rules:detail", rule.pk)
        messages.success(request, f"{isolated(rule)} was deleted. What it merged stays merged.")
        return redirect("rules:list")
    return render(request, "rules/rule_delete.html", {"title": f"Delete {isolated(rule)}?", "rule": rule})
