from collections.abc import Iterator, Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from customers.models import MergeSample, MergeVerdict, SampledMerge
from customers.permissions import UNDO
from customers.review.sample import SampleAnswer, answer_sample
from customers.review.sampled import rows_of
from customers.web.fields import LONGEST_REASON
from customers.web.messages import message_with_buttons
from customers.web.permissions import StaffRequest, may_review, may_view

MOST_BUTTONS = 3


@require_http_methods(["GET", "POST"])
@may_review
@may_view
def merge_sample(request: StaffRequest, pk: int) -> HttpResponse:
    sample = get_object_or_404(MergeSample.objects.select_related("by"), pk=pk)
    if request.method == "POST":
        changed = answer_sample(sample, _answers(request, sample), by=request.user)
        _tell(request, changed)
        return redirect(sample)
    rows = rows_of(sample)
    context = {
        "title": f"Sample {sample.pk}",
        "sample": sample,
        "rows": rows,
        "answered": sum(1 for row in rows if row.row.verdict),
        "verdicts": MergeVerdict.choices,
        "longest_note": LONGEST_REASON,
    }
    return render(request, "customers/review/merge_sample.html", context)


def _answers(request: StaffRequest, sample: MergeSample) -> dict[int, SampleAnswer]:
    return {pk: SampleAnswer(*_sent(request, pk)) for pk in sample.rows.values_list("pk", flat=True)}


def _sent(request: StaffRequest, pk: int) -> tuple[str, str, str]:
    verdict, note, seen = (request.POST.get(f"{name}-{pk}", "") for name in ("verdict", "note", "seen"))
    return verdict if verdict in MergeVerdict else "", note.replace("\x00", "").strip()[:LONGEST_REASON], seen


def _tell(request: StaffRequest, changed: Sequence[SampledMerge]) -> None:
    text = ngettext("%(number)s answer saved.", "%(number)s answers saved.", len(changed)) % {"number": len(changed)}
    messages.success(request, message_with_buttons(text, _undos(request, changed)))


def _undos(request: StaffRequest, changed: Sequence[SampledMerge]) -> Iterator[tuple[str, str]]:
    if request.user.has_perm(UNDO):
        wrong = [row.merge_id for row in changed if row.verdict == MergeVerdict.WRONG]
        for merge in wrong[:MOST_BUTTONS]:
            yield reverse("customers:merge_undo", args=[merge]), f"Undo merge {merge}…"
