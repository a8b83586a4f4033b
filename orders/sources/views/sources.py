"""The pages of data sources: all of them, one of them, and its name and defaults."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from customers.lib.addresses.countries import country_name
from customers.lib.phrases import isolated
from customers.models import DataSource
from customers.sources import history
from customers.sources.data_sources import SourceError, change
from customers.web.permissions import StaffRequest, may_change_sources, may_view
from orders.sources.forms import SourceForm
from orders.sources.overview import figures_of, source_page


@require_safe
@may_view
def source_list(request: StaffRequest) -> HttpResponse:
    after = request.GET.get("after", "").replace("\x00", "")
    context = {"title": "Data sources", "page": source_page(after=after), "is_later_page": bool(after)}
    return render(request, "orders/sources/source_list.html", {**context, "changes": history.newest(), **_account()})


@require_safe
@may_view
def source_detail(request: StaffRequest, pk: int) -> HttpResponse:
    source = get_object_or_404(DataSource, pk=pk)
    context = {"title": isolated(source), "figures": figures_of(source), "changes": history.newest(of=source)}
    return render(request, "orders/sources/source_detail.html", {**context, "source": source, **_account()})


@require_http_methods(["GET", "POST"])
@may_change_sources
@may_view
def source_edit(request: StaffRequest, pk: int) -> HttpResponse:
    source = get_object_or_404(DataSource, pk=pk)
    form = SourceForm(source, request.POST if request.method == "POST" else None, **_account())
    if form.is_valid() and _changed(request, source, form):
        return redirect("orders:source_detail", pk)
    context = {"title": f"Edit {isolated(source)}", "source": source, "form": form}
    return render(request, "orders/sources/source_edit.html", context, status=422 if form.errors else 200)


def _account() -> dict[str, str]:
    return {
        "account_country": country_name(settings.PHONE_DEFAULT_REGION),
        "account_currency": settings.DEFAULT_CURRENCY,
    }


def _changed(request: StaffRequest, source: DataSource, form: SourceForm) -> bool:
    values = dict(form.cleaned_data)
    seen = values.pop("seen")
    try:
        change(source, values, seen=seen, by=request.user)
    except SourceError as error:
        form.add_error(error.field or None, str(error))
        return False
    messages.success(request, "Saved. Defaults count for what comes in from now on.")
    return True
