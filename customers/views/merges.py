from typing import TYPE_CHECKING

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from customers import aftermath, drawing, kinship, retelling, reviewing, undoing
from customers.forms.merges import MergesForm
from customers.models import Merge
from customers.newest import Cursor
from customers.views.access import may_view
from customers.views.sheet import csv_response

if TYPE_CHECKING:
    from customers.access import StaffRequest


@require_safe
@may_view
def merge_list(request: "StaffRequest") -> HttpResponse:
    """Every merge, a page at a time, all of them or by what the query names."""
    form = MergesForm(request.GET)
    before, after = (Cursor.parse(request.GET.get(name, "")) for name in ("before", "after"))
    context = {
        "title": f"Merges of {form.the_customer.name}" if form.the_customer else "Merges",
        "filters": form,
        "customer": form.the_customer,
        "page": reviewing.page(form.wanted, before=before, after=after),
        "is_newest": not (before or after),
    }
    return render(request, "customers/merge_list.html", context)


@require_safe
@may_view
def merge_export(request: "StaffRequest") -> StreamingHttpResponse:
    """What the list shows, all pages of it."""
    form = MergesForm(request.GET)
    return csv_response("merges", reviewing.HEADER, reviewing.rows(form.wanted))


@require_safe
@may_view
def merge_detail(request: "StaffRequest", pk: int) -> HttpResponse:
    merge = get_object_or_404(Merge.objects.select_related("survivor__merged_into", "by", "undone_by"), pk=pk)
    members = list(merge.members.select_related("duplicate").order_by("duplicate"))
    moved = retelling.moved(members)
    family = kinship.family(merge)
    standing = [member for member in members if not member.undone_at]
    erased = undoing.erased(merge, members)
    context = {
        "title": f"Merge {merge.pk}: {merge.survivor.name}",
        "merge": merge,
        "members": members,
        "erased": erased,
        "is_partly_undone": 0 < len(standing) < len(members),
        "may_undo": bool(standing) and not erased and request.user.has_perm("customers.undo_merge"),
        "may_undo_one": len(standing) > 1 and not erased and request.user.has_perm("customers.undo_merge"),
        "root": merge.survivor.live_root(),
        "changes": list(retelling.changes(merge)),
        "moved": moved,
        "moves": retelling.moved_rows(merge, members),
        "is_of_several": len(members) > 1,
        "warnings": retelling.warnings(merge),
        "events": aftermath.aftermath(merge, members, [each.record for each in moved]),
        "family": family,
        "picture": drawing.draw(family.tops),
    }
    return render(request, "customers/merge_detail.html", context)
