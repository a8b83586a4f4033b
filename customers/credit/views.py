from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from customers.credit import credit
from customers.credit.forms import CreditForm
from customers.lib.money import format_money
from customers.lib.phrases import isolated
from customers.models import Customer
from customers.web.live import with_live
from customers.web.permissions import StaffRequest, may_change, may_view


@require_http_methods(["GET", "POST"])
@may_change
@may_view
@with_live
def credit_adjust(request: StaffRequest, customer: Customer) -> HttpResponse:
    held, latest = credit.balances([customer.pk]).get(customer.pk, {}), credit.latest_adjustment(customer)
    currency, seen = next(iter(held), settings.DEFAULT_CURRENCY), latest.pk if latest else 0
    form = CreditForm(request.POST if request.method == "POST" else None, currency=currency, seen=seen)
    if form.is_valid() and _adjusted(request, customer, form):
        return redirect(f"{reverse('customers:detail', args=[customer.pk])}?tab=credit#rows")
    context = {
        "title": f"Adjust credit of {isolated(customer.name)}",
        "section": "customers",
        "customer": customer,
        "held": credit.amounts_text(held),
        "form": form,
        "seen": seen,
    }
    return render(request, "customers/credit/credit_adjust.html", context, status=422 if form.errors else 200)


def _adjusted(request: StaffRequest, customer: Customer, form: CreditForm) -> bool:
    amount, currency, reason, seen, overdraw = (
        form.cleaned_data[key] for key in ("amount", "currency", "reason", "seen", "overdraw")
    )
    act = {"reason": reason, "by": request.user, "seen": seen, "allow_overdraft": overdraw}
    try:
        credit.adjust(customer, amount, currency, **act)
    except credit.StaleCreditError as error:
        if error.latest.by_id == request.user.pk and credit.is_repeated(error.latest, amount, currency, reason):
            return True  # the button was pressed twice
        form.add_error(None, f"Credit was not adjusted. {error} Check the current credit, then adjust it.")
    except credit.InsufficientCreditError as error:
        form.add_error("overdraw", f"{error} Tick this box to continue.")
    except credit.CreditError as error:
        form.add_error(error.field or None, str(error))
    else:
        messages.success(request, credit.sentence(amount).format(amount=format_money(abs(amount), currency)))
    return not form.errors
