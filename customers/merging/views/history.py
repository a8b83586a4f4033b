from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from customers.lib.pages import Cursor
from customers.lib.phrases import isolated
from customers.merging import detail, history
from customers.merging.changed_values import changed_values
from customers.merging.forms.history_filter import MergeHistoryForm
from customers.merging.names_then import fill_names
from customers.merging.tree import merge_tree
from customers.merging.undo_plan import erased_side
from customers.models import Merge, MergeMember
from customers.permissions import UNDO
from customers.web.permissions import StaffRequest, may_view


@require_safe
@may_view
def merge_list(request: StaffRequest) -> HttpResponse:
    form = MergeHistoryForm(request.GET)
    before, after = (Cursor.parse(request.GET.get(name, "")) for name in ("before", "after"))
    context = {
        "title": f"Merges of {isolated(form.the_customer.name)}" if form.the_customer else "Merges",
        "filters": form,
        "customer": form.the_customer,
        "page": history.page(form.merge_filter, before=before, after=after),
        "is_newest": not (before or after),
    }
    return render(request, "customers/merging/merge_list.html", context)


@require_safe
@may_view
def merge_detail(request: StaffRequest, pk: int) -> HttpResponse:
    merge = get_object_or_404(
        Merge.objects.select_related("survivor__merged_into", "by", "confirmed_by", "rule", "undone_by"), pk=pk
    )
    members = list(merge.members.select_related("duplicate", "undone_by").order_by("duplicate"))
    fill_names([merge], members)
    records = detail.moved_records(members)
    context = {
        "title": f"Merge {merge.pk}: {merge.survivor_then}",
        "merge": merge,
        "members": members,
        "root": merge.survivor.live_root(),
        "changes": changed_values({merge: members})[merge.pk],
        "moved_records": records,
        "moved_rows": detail.moved_rows(merge, members),
        "is_of_several": len(members) > 1,
        "warnings": detail.warnings_then(merge),
        "events": detail.events_since(merge, members, [moved.record for moved in records]),
        "tree": merge_tree(merge),
    }
    return render(request, "customers/merging/merge_detail.html", context | _undo_state(request, merge, members))


def _undo_state(request: StaffRequest, merge: Merge, members: Sequence[MergeMember]) -> dict[str, Any]:
    active = [member for member in members if not member.undone_at]
    erased = erased_side(merge, members)
    may_undo = not erased and request.user.has_perm(UNDO)
    return {
        "erased": erased,
        "is_partly_undone": 0 < len(active) < len(members),
        "partly_undone_by": history.undone_by(members),
        "may_undo": may_undo and bool(active),
        "may_undo_one": may_undo and len(active) > 1,
    }
