from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from crm.batches.forms.rerun import RerunManyForm
from crm.jobs.kinds.reruns import start_reruns
from customers.lib.money import format_money
from customers.lib.numbers import parse_numbers
from customers.lib.phrases import join_words
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest
from customers.web.second_question import asks_again
from orders.locks import OrderError
from orders.pages.forms.order_filter import OrderFilterForm
from orders.payments.sales_to_rerun import RerunPreview, preview_filtered, preview_rerun
from orders.permissions import may_rerun, may_view_orders

CHANGED = "Other sales can be rerun now than when you opened the page. This is the updated preview."


@require_http_methods(["GET", "HEAD", "POST"])
@may_rerun
@may_view_orders
@asks_again
def rerun_many(request: StaffRequest) -> HttpResponse:
    """The orders that the address names, or those that its filter lets through, which is that of the list of orders."""
    filters = OrderFilterForm(request.GET)
    try:
        preview = _preview(request, filters)
    except OrderError as error:
        messages.error(request, emphasised("Nothing was charged.", str(error)))
        return redirect(_list(filters))
    form = RerunManyForm(request.POST) if request.method == "POST" else RerunManyForm.new(preview.fingerprint)
    if form.is_valid() and preview.sales:
        if form.cleaned_data["seen"] == preview.fingerprint:
            about = _about(preview)
            return redirect(start_reruns(preview.sales, token=form.cleaned_data["token"], about=about, by=request.user))
        messages.error(request, emphasised("Nothing was charged.", CHANGED))
        return redirect(request.get_full_path())
    context = {
        "title": "Rerun declined sales?",
        "section": "orders",
        "filters": filters,
        "form": form,
        "preview": preview,
        "sums": [format_money(amount, currency) for currency, amount in preview.sums],
        "list": _list(filters),
    }
    return render(request, "batches/rerun.html", context)


def _preview(request: StaffRequest, filters: OrderFilterForm) -> RerunPreview:
    if chosen := parse_numbers(request.GET.getlist("order")):
        return preview_rerun(chosen)
    if not filters.applied and not filters.ignored:
        raise OrderError("Select the orders that are rerun, or filter by declined orders and rerun all of them.")
    if filters.ignored:
        raise OrderError(f"Filters with values that are not valid: {', '.join(filters.ignored)}.")
    return preview_filtered(filters.order_filter)


def _list(filters: OrderFilterForm) -> str:
    return f"{reverse('orders:order_list')}?{filters.query}" if filters.query else reverse("orders:order_list")


def _about(preview: RerunPreview) -> str:
    sums = join_words([format_money(amount, currency) for currency, amount in preview.sums])
    text = ngettext("%(number)s declined sale, %(sums)s", "%(number)s declined sales, %(sums)s", preview.number)
    return text % {"number": f"{preview.number:,}", "sums": sums}
