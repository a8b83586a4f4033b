from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.erasing.deletion_log import deletion_page
from customers.lib.numbers import parse_number
from customers.web.permissions import StaffRequest, may_delete, may_view


@require_safe
@may_delete
@may_view
def deletion_list(request: StaffRequest) -> HttpResponse:
    before = parse_number(request.GET.get("before", ""))
    context = {"title": "Deletions", "page": deletion_page(before=before), "is_later_page": before is not None}
    return render(request, "customers/erasing/deletion_list.html", context)
