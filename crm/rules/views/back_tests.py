"""The back-test of a rule: its page, what starts one, and the answers about its sample."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from crm.jobs.kinds.back_test import BACK_TEST
from crm.rules.back_test_page import back_test_page
from crm.rules.start import running_job, start_back_test
from crm.rules.views.rules import RULES, may_manage
from customers.lib.errors import ActionError
from customers.permissions import MERGE
from customers.rules.answers import ANSWERS, answer_sample
from customers.rules.switch import current_test
from customers.web.permissions import StaffRequest, may_view

MOST_SHOWN = 50


@require_safe
@vary_on_headers("HX-Target")
@may_view
@may_manage
def back_test(request: StaffRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(RULES, pk=pk)
    job = running_job(BACK_TEST.name, rule, version=rule.version)
    if request.htmx.target == "running":
        return HttpResponse(status=204) if job else HttpResponseClientRefresh()
    test = current_test(rule)
    context = {
        "title": f"Back-test: {rule}",
        "rule": rule,
        "job": job,
        "page": back_test_page(test, most=MOST_SHOWN) if test and test.ended else None,
        "answers": ANSWERS,
        "may_mark": request.user.has_perm(MERGE),
    }
    return render(request, "rules/back_test.html", context)


@require_POST
@may_view
@may_manage
def back_test_start(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    rule = get_object_or_404(RULES, pk=pk)
    try:
        start_back_test(rule, by=request.user)
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("rules:back_test", rule.pk)


@require_POST
@may_view
@may_manage
def back_test_answer(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    rule = get_object_or_404(RULES, pk=pk)
    test = current_test(rule)
    if test is None or test.ended is None or request.POST.get("test") != str(test.pk):
        messages.error(request, "Nothing was saved: there is another back-test now.")
        return redirect("rules:back_test", rule.pk)
    answers = {number: request.POST.get(f"answer-{number}", "") for number in range(len(test.sample))}
    marked = answer_sample(test, answers, by=request.user)
    kept_apart = f" Marked as not duplicates: {marked}." if marked else ""
    messages.success(request, f"Answers saved.{kept_apart}")
    return redirect("rules:back_test", rule.pk)
