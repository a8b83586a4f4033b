from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from customers import aftermath, drawing, kinship, retelling, reviewing, undoing
from customers.forms.merges import MergesForm
from customers.models import Merge
from customers.newest import Cursor
from customers.views.access import UNDO, may_view
from customers.views.sheet import csv_response

if TYPE_CHECKING:
    from customers.access import StaffRequest


@require_safe
@may_view
def merge_list(request: "StaffRequest") -> HttpResponse:
    """Every merge, a page at a time, all of them or by what the query names."""
    return _list(request, MergesForm(request.GET))


def _list(request: "StaffRequest", form: MergesForm, *, status: int = 200) -> HttpResponse:
    before, after = (Cursor.parse(request.GET.get(name, "")) for name in ("before", "after"))
    context = {
        "title": f"Merges of {form.the_customer.name}" if form.the_customer else "Merges",
        "filters": form,
        "customer": form.the_customer,
        "page": reviewing.page(form.wanted, before=before, after=after),
        "is_newest": not (before or after),
    }
    return render(request, "customers/merge_list.html", context, status=status)


@require_safe
@may_view
def merge_export(request: "StaffRequest") -> HttpResponseBase:
    """What the list shows, all pages of it; nobody would see in a file that something of it was left out."""
    form = MergesForm(request.GET)
    if form.left_out:
        return _list(request, form, status=422)
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
    may_undo = not erased and request.user.has_perm(UNDO)
    context = {
        "title": f"Merge {merge.pk}: {merge.survivor.name}",
        "merge": merge,
        "members": members,
        "erased": erased,
        "taken_back_by": aftermath.taken_back_by(members).get(merge.pk, "") if standing else "",
        "may_undo": may_undo and bool(standing),
        "may_undo_one": may_undo and len(standing) > 1,
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
