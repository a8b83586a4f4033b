"""The way to the provider and back: the state of a sign-in in the session of its browser, where it is answered once."""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from crm.accounts.openid import OpenIDError
from crm.accounts.openid.claims import Claims
from crm.accounts.openid.provider import ask_who
from crm.accounts.web.sign_in import LONGEST_PAUSE

STATES, FOLLOWING = "oidc_states", "oidc_login_next"  # the library's own names
CONNECTING = "openid_connecting"
LATE = "This sign-in took too long, or was finished already. Try again."
REFUSED = "{provider} did not sign you in. Try again or ask your admin."


def lead_to_provider(request: HttpRequest) -> HttpResponse:
    """With state, nonce and PKCE. Who is signed in already is to show there again that it is them."""
    from mozilla_django_oidc.views import OIDCAuthenticationRequestView

    class RequestView(OIDCAuthenticationRequestView):  # type: ignore[misc]  # the library has no types
        def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
            return {} if isinstance(request.user, AnonymousUser) else {"prompt": "login", "max_age": "0"}

    if isinstance(request.user, AnonymousUser):  # a session that nobody needs for longer
        request.session.set_expiry(LONGEST_PAUSE)
    response: HttpResponse = RequestView.as_view()(request)
    return response


def take_answer(request: HttpRequest) -> Claims:
    """What the browser brought back is asked about once, and only by the browser that was sent."""
    states: dict[str, dict[str, Any]] = request.session.get(STATES, {})
    sent = states.pop(request.GET.get("state", ""), None)
    if sent is None or sent["added_on"] < time.time() - LONGEST_PAUSE:
        raise OpenIDError(LATE)
    # Stored at once, so that the same answer finds no state while the provider is asked.
    request.session[STATES] = states
    request.session.save()
    if not (code := request.GET.get("code")):
        raise OpenIDError(REFUSED.format(provider=settings.OIDC_NAME))
    address = request.build_absolute_uri(reverse("openid_callback"))
    return ask_who(code, came_back_to=address, nonce=sent["nonce"], verifier=sent["code_verifier"])


def following_page(request: HttpRequest) -> str:
    """Where the sign-in was to lead; the library has checked that it is a page of ours."""
    return str(request.session.pop(FOLLOWING, None) or "")


def keep_subject(request: HttpRequest, claims: Claims) -> None:
    """Until the user says that this account is to be connected."""
    request.session[CONNECTING] = {
        "subject": claims.subject,
        "name": claims.user_name or claims.email,
        "at": time.time(),
    }


def kept_subject(request: HttpRequest) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = request.session.get(CONNECTING)
    return kept if kept and kept["at"] > time.time() - LONGEST_PAUSE else None


def forget_subject(request: HttpRequest) -> None:
    request.session.pop(CONNECTING, None)
