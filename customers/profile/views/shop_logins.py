from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from customers.lib.phrases import isolated
from customers.models import CartLogin, Customer, PaySource
from customers.profile.edit_logins import (
    LoginError,
    add_login,
    set_default_payment_method,
    set_login_password,
    show_login,
)
from customers.profile.forms.shop_logins import LoginForm, PasswordForm
from customers.web.live import with_live
from customers.web.permissions import StaffRequest, may_change, may_view


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@may_change
@may_view
@with_live
def login_add(request: StaffRequest, customer: Customer) -> HttpResponse:
    form = LoginForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            row = add_login(customer, form.cleaned_data["login"], form.cleaned_data["password"], by=request.user)
        except LoginError as error:
            form.add_error("login", str(error))
        else:
            messages.success(request, f"The login “{isolated(row.login)}” was added.")
            return _to_tab(customer, "logins")
    return _page(request, customer, form, title=f"Add login for {isolated(customer.name)}", button="Add login")


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@may_change
@may_view
@with_live
def login_password(request: StaffRequest, customer: Customer, login: int) -> HttpResponse:
    row = get_object_or_404(CartLogin, pk=login, source_record__customer=customer, login__isnull=False)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            set_login_password(customer, row, form.cleaned_data["password"], by=request.user)
        except LoginError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"The password of “{isolated(row.login)}” was changed.")
        return _to_tab(customer, "logins")
    return _page(request, customer, form, title=f"Set new password for {isolated(row.login)}", button="Set password")


@require_POST
@may_change
@may_view
@with_live
def login_show(request: StaffRequest, customer: Customer, login: int) -> HttpResponse:
    row = get_object_or_404(CartLogin, pk=login, source_record__customer=customer, login__isnull=False)
    try:
        show_login(customer, row, by=request.user)
    except LoginError as error:
        messages.error(request, str(error))
    return _to_tab(customer, "logins")


@require_POST
@may_change
@may_view
@with_live
def pay_source_default(request: StaffRequest, customer: Customer, pay_source: int) -> HttpResponse:
    row = get_object_or_404(PaySource, pk=pay_source, source_record__customer=customer)
    try:
        set_default_payment_method(customer, row, by=request.user)
    except LoginError as error:
        messages.error(request, str(error))
    return _to_tab(customer, "payment-methods")


def _to_tab(customer: Customer, tab: str) -> HttpResponse:
    return redirect(f"{reverse('customers:detail', args=[customer.pk])}?tab={tab}#rows")


def _page(request: StaffRequest, customer: Customer, form: PasswordForm, *, title: str, button: str) -> HttpResponse:
    shown = {"title": title, "section": "customers", "customer": customer, "form": form, "button": button}
    return render(request, "customers/profile/login_form.html", shown, status=422 if form.errors else 200)
