from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.accounts import reset_by_email
from crm.accounts.forms.forgotten import ForgottenForm
from crm.accounts.web import throttle
from crm.accounts.web.lockout import link_locked


@require_http_methods(["GET", "POST"])
@never_cache
@login_not_required
def password_forgotten(request: HttpRequest) -> HttpResponse:
    if not reset_by_email.is_offered():
        raise Http404
    form = ForgottenForm(request.POST or None)
    if form.is_valid():
        if throttle.are_links_paused(request):
            return link_locked(request)
        throttle.count_link(request)
        reset_by_email.send_links(form.cleaned_data["name"])
        messages.success(request, "If there is an account with this name or email, a link is on its way to its email.")
        return redirect("login")
    context = {"title": "Forgotten password", "form": form}
    return render(request, "registration/password_forgotten.html", context, status=422 if form.errors else 200)
