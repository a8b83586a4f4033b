from typing import TYPE_CHECKING, Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from crm.accounts import password_reset
from crm.accounts.forms.passwords import NewPasswordForm
from crm.accounts.grant import GrantError
from crm.accounts.mail import site_address
from crm.accounts.models import User
from crm.accounts.web.lockout import link_locked
from crm.permissions import MANAGE_USERS
from customers.web.permissions import StaffRequest, permission_required
from customers.web.second_question import asks_again

if TYPE_CHECKING:
    from django.contrib.auth.forms import SetPasswordForm


@require_POST
@never_cache
@permission_required(MANAGE_USERS)
@asks_again
def link_make(request: StaffRequest, pk: int) -> HttpResponse:
    # The answer itself shows the link. A redirect would need it to be stored.
    user = get_object_or_404(User, pk=pk)
    try:
        path = password_reset.make_link(user, by=request.user)
    except GrantError as error:
        raise PermissionDenied(str(error)) from error
    context = {"title": "Link to set a password", "owner": user, "link": _address(request, path)}
    return render(request, "crm/link_made.html", context)


def _address(request: StaffRequest, path: str) -> str:
    """At the site's own address: whoever asks for the page under another allowed host would choose where it leads."""
    return site_address(path) or request.build_absolute_uri(path)


@method_decorator(login_not_required, name="dispatch")
class FollowLink(PasswordResetConfirmView):
    """The page of a link. Django keeps its token in the session, so that the form's address has none."""

    form_class = NewPasswordForm
    token_generator = password_reset.tokens
    title = "Set your password"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        credentials = {"username": password_reset.throttle_name(kwargs["uidb64"])}
        if AxesProxyHandler.is_locked(request, credentials):
            return link_locked(request)
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code == 410 and kwargs["token"] != self.reset_url_token:
            user_login_failed.send(sender=__name__, credentials=credentials, request=request)
        return response

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        token = self.request.session.pop(INTERNAL_RESET_SESSION_TOKEN)
        values = form.cleaned_data
        if not password_reset.follow_link(
            form.user,
            token=token,
            password=values["new_password1"],
            revokes_keys=values.get("revoke_keys", False),
        ):
            self.validlink = False
            return self.render_to_response(self.get_context_data(form=None))
        messages.success(self.request, "Password changed. Sign in with your new password.")
        return redirect("login")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context if self.validlink else context | {"title": "This link no longer works"}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        form = context.get("form")
        status = 410 if not self.validlink else 422 if form and form.errors else 200
        return render(self.request, "registration/password_reset_confirm.html", context, status=status)


follow_link = FollowLink.as_view()
