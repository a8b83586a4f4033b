from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from customers import retelling
from customers.models import Customer, Merge, Via
from customers.newest import Cursor
from customers.views.parties import may_view

if TYPE_CHECKING:
    from customers.access import StaffRequest


STANDS = {"in force": True, "undone": False}


@require_safe
@may_view
def merge_list(request: "StaffRequest") -> HttpResponse:
    """Every merge, a page at a time, all of them or by what the query names."""
    asked = {name: request.GET[name] for name in ("customer", "via", "state") if request.GET.get(name)}
    pk = asked.get("customer", "")
    customer = get_object_or_404(Customer, pk=pk) if pk.isdecimal() and len(pk) < 19 else None
    before = Cursor.parse(request.GET.get("before", ""))
    found = list(_asked_for(asked, customer, before)[: retelling.PAGE + 1])
    page = found[: retelling.PAGE]
    context = {
        "title": f"Merges of {customer.name}" if customer else "Merges",
        "customer": customer,
        "asked": asked,
        "ways": Via.choices,
        "lines": retelling.lines(page),
        "newest": f"?{urlencode(asked)}" if before else "",
        "next": _next(page[-1], asked) if len(found) > len(page) else "",
    }
    return render(request, "customers/merge_list.html", context)


def _asked_for(asked: dict[str, str], customer: Customer | None, before: Cursor | None) -> QuerySet[Merge]:
    of, stands = customer.pk if customer else None, STANDS.get(asked.get("state", ""))
    via = asked.get("via", "")
    return retelling.merges(of=of, via=via if via in Via.values else "", stands=stands, before=before)


def _next(last: Merge, asked: dict[str, str]) -> str:
    return f"?{urlencode({**asked, 'before': str(Cursor(last.created, last.pk))})}"


@require_safe
@may_view
def merge_detail(request: "StaffRequest", pk: int) -> HttpResponse:
    merge = get_object_or_404(Merge.objects.select_related("survivor__merged_into", "by", "undone_by"), pk=pk)
    members = list(merge.members.select_related("duplicate").order_by("duplicate"))
    standing = [member for member in members if not member.undone_at]
    context = {
        "title": f"Merge {merge.pk}: {merge.survivor.name}",
        "merge": merge,
        "members": members,
        "is_partly_undone": 0 < len(standing) < len(members),
        "may_undo": bool(standing) and request.user.has_perm("customers.undo_merge"),
        "may_undo_one": len(standing) > 1 and request.user.has_perm("customers.undo_merge"),
        "root": merge.survivor.live_root(),
        "changes": list(retelling.changes(merge)),
        "moved": retelling.moved(members),
        "moves": retelling.moved_rows(merge, members),
        "is_of_several": len(members) > 1,
        "warnings": retelling.warnings(merge),
    }
    return render(request, "customers/merge_detail.html", context)
