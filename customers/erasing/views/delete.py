from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from customers.erasing.erase import EraseError, erase_customer, plan_erasure
from customers.erasing.forms import DeleteForm
from customers.lib.numbers import parse_number
from customers.lib.phrases import isolated
from customers.models import Customer, Erasure
from customers.web.messages import emphasised, message_with_button
from customers.web.permissions import StaffRequest, may_delete, may_view
from customers.web.retired import redirect_to_survivor
from customers.web.second_question import asks_again


@require_http_methods(["GET", "POST"])
@may_delete
@may_view
@asks_again
def customer_delete(request: StaffRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=pk)
    if not customer.is_live:
        return redirect_to_survivor(request, customer)
    form = DeleteForm(customer, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, customer, form)
    version = parse_number(request.POST.get("version", "")) or 0
    try:
        erasure = erase_customer(customer, version=version, by=request.user)
    except EraseError as error:
        messages.error(request, emphasised("Nothing was deleted.", str(error)))
        return redirect("customers:delete", pk)
    messages.success(request, _deleted_message(pk, erasure))
    return redirect("customers:list")


def _deleted_message(pk: int, erasure: Erasure) -> str:
    behind = erasure.counts["customers"] - 1
    if behind:
        text = ngettext(
            "Customer %(pk)s, %(number)s customer merged into it and all their records were permanently deleted.",
            "Customer %(pk)s, %(number)s customers merged into it and all their records were permanently deleted.",
            behind,
        ) % {"pk": pk, "number": behind}
    else:
        text = f"Customer {pk} and all its records were permanently deleted."
    return message_with_button(text, url=reverse("customers:deletions"), label="View deletions", strong="Deleted.")


def _page(request: StaffRequest, customer: Customer, form: DeleteForm) -> HttpResponse:
    context = {"title": f"Delete {isolated(customer.name)}?", "plan": plan_erasure(customer), "form": form}
    return render(request, "customers/erasing/customer_delete.html", context, status=422 if form.is_bound else 200)
