from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from customers.merging.recent import week_chart
from customers.review.forms.period import PeriodForm
from customers.review.quality import LIMIT, quality
from customers.review.sample import SIZE, SampleError, draw_sample, latest_samples
from customers.web.permissions import StaffRequest, may_review, may_view

SAMPLES_SHOWN = 5
MOST_NUMBERS = 16
"""Weeks whose bars have their number beside them; of more, the table has it."""


@require_safe
@may_review
@may_view
def merge_quality(request: StaffRequest) -> HttpResponse:
    filters = PeriodForm(request.GET, today=timezone.now().date())
    shown = quality(filters.period)
    context = {
        "title": "Merge quality",
        "filters": filters,
        "quality": shown,
        "chart": week_chart(shown.weeks),
        "has_numbers": len(shown.weeks) <= MOST_NUMBERS,
        "limit": LIMIT,
        "samples": latest_samples(most=SAMPLES_SHOWN),
        "sample_size": SIZE,
    }
    return render(request, "customers/review/merge_quality.html", context)


@require_POST
@may_review
@may_view
def merge_sample_draw(request: StaffRequest) -> HttpResponseRedirect:
    try:
        return redirect(draw_sample(by=request.user))
    except SampleError as error:
        messages.error(request, str(error))
        return redirect("customers:merge_quality")
