"""Signing in and out, each time on the audit log."""

from math import ceil
from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from crm.accounts.factors.overview import has_factor
from crm.accounts.forms.passwords import SignInForm
from crm.accounts.models import User
from crm.accounts.openid import is_only_way, provider_name
from crm.accounts.reset_by_email import is_offered
from crm.accounts.web import sign_in as steps
from crm.accounts.web import sign_in_limits
from crm.accounts.web.lockout import too_many_sign_ins
from crm.audit import log
from customers.lib.audit import AuditAction

if TYPE_CHECKING:
    from django.contrib.auth.forms import AuthenticationForm


class SignIn(LoginView):
    authentication_form = SignInForm
    redirect_authenticated_user = True
    # Callables, which the template asks
    extra_context = {"offers_link": is_offered, "provider": provider_name, "is_only_way": is_only_way}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_only_way():
            return redirect("login")
        if sign_in_limits.is_flood(request):
            return too_many_sign_ins(request, wait=sign_in_limits.MINUTE)
        if not sign_in_limits.slow_down(request.POST.get("username", "")):
            return too_many_sign_ins(request, wait=ceil(sign_in_limits.PAUSE))
        with sign_in_limits.room() as is_free:
            if not is_free:
                return too_many_sign_ins(request, wait=ceil(sign_in_limits.PAUSE))
            return super().post(request, *args, **kwargs)

    def form_valid(self, form: "AuthenticationForm") -> HttpResponse:
        user = form.get_user()
        if has_factor(user):
            steps.begin(self.request, user, following=self.get_redirect_url())
            return redirect("second_step")
        steps.complete(self.request, user, method="Password", with_factor=False)
        return redirect(self.get_success_url())

    def form_invalid(self, form: "AuthenticationForm") -> HttpResponse:
        sign_in_limits.note_failure(form.data.get("username", ""))
        # A name that no user has is left out: people type their password, or an email, into the wrong field.
        user = User.objects.filter(username=form.cleaned_data.get("username", "")).first()
        log.write(AuditAction.SIGN_IN, "" if user else "Unknown user name.", user=user, is_refused=True)
        return super().form_invalid(form)


class SignOut(LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            log.write(AuditAction.SIGN_OUT, by=request.user)
        return super().post(request, *args, **kwargs)


sign_in, sign_out = SignIn.as_view(), SignOut.as_view()
