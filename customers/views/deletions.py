from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers import deletions
from customers.views.access import may_delete, may_view

if TYPE_CHECKING:
    from customers.access import StaffRequest


@require_safe
@may_delete
@may_view
def deletion_list(request: "StaffRequest") -> HttpResponse:
    """Who was erased, as far as that may be kept: the number, by whom, when, and how much went."""
    before = request.GET.get("before", "")
    is_later_page = before.isascii() and before.isdigit() and len(before) < 19
    page = deletions.page(before=int(before) if is_later_page else None)
    context = {"title": "Deletions", "page": page, "is_later_page": is_later_page}
    return render(request, "customers/deletion_list.html", context)
