from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from crm.audit import log
from crm.personal_data.data_subject import subject_of
from crm.personal_data.job import start_export
from customers.lib.audit import AuditAction
from customers.lib.phrases import isolated
from customers.models import Customer
from customers.permissions import EXPORT_PERSONAL_DATA
from customers.records.counts import add_counts, count_rows
from customers.records.registry import all_linked_models
from customers.web.permissions import StaffRequest, permission_required
from customers.web.retired import redirect_to_survivor
from customers.web.second_question import asks_again
from orders.permissions import may_view_orders


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(EXPORT_PERSONAL_DATA)
@may_view_orders
@asks_again
def personal_data_export(request: StaffRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=pk)
    if not customer.is_live:
        return redirect_to_survivor(request, customer)
    if request.method == "POST":
        log.write(AuditAction.EXPORT, "Personal data.", by=request.user, customer=pk)
        return redirect(start_export(customer, by=request.user))
    of_customer = Customer.objects.filter(pk=pk)
    context = {
        "title": f"Export personal data of {isolated(customer.name)}",
        "customer": customer,
        "merged": Customer.objects.filter(pk__in=subject_of(pk).customers).exclude(pk=pk).order_by("pk"),
        "counts": add_counts(count_rows(all_linked_models(), of_customer, by="source_record__customer").values()),
    }
    return render(request, "personal_data/export.html", context)
