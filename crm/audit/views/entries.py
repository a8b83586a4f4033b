from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.audit.entries import audit_page
from crm.audit.forms.audit_filter import AuditFilterForm
from crm.audit.web import may_view_audit_log
from customers.lib.pages import Cursor
from customers.web.permissions import StaffRequest


@require_safe
@may_view_audit_log
def entry_list(request: StaffRequest) -> HttpResponse:
    form = AuditFilterForm(request.GET)
    before = Cursor.parse(request.GET.get("before", ""))
    context = {
        "title": "Audit log",
        "filters": form,
        "page": audit_page(form.condition, before=before),
        "is_newest": before is None,
        "days": settings.AUDIT_DAYS,
    }
    return render(request, "audit/entry_list.html", context)
