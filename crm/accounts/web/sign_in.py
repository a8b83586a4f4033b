"""A sign-in, from the first step to the last, in the session of its browser.

With a second factor the first step, the password or a provider, only notes in the session who it was. The user is
signed in when the second step is done, so whatever asks for a signed-in user is closed until then.
"""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from crm.accounts.models import User
from crm.accounts.sessions import SIGN_IN
from crm.accounts.web.client_address import client_address
from crm.audit import log
from customers.lib.audit import AuditAction
from customers.web.permissions import StaffRequest
from customers.web.second_question import note_answer

HALF_SIGNED_IN = "half_signed_in"
LONGEST_PAUSE = 10 * 60  # seconds between the two steps
WITH_FACTOR = "second_factor"
LONGEST_USER_AGENT = 300


def begin(request: HttpRequest, user: User, *, following: str, method: str = "Password") -> None:
    """The first step is done, by `method`."""
    request.session.cycle_key()
    request.session.set_expiry(LONGEST_PAUSE)
    request.session[HALF_SIGNED_IN] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": time.time(),
        "following": following,
        "method": method,
    }


def half_signed_in(request: HttpRequest) -> User | None:
    """Who did the first step; None if that was too long ago, or their password was changed since."""
    half: dict[str, Any] | None = request.session.get(HALF_SIGNED_IN)
    if not half or half["at"] < time.time() - LONGEST_PAUSE:
        return None
    user = User.objects.filter(pk=half["user"], is_active=True).first()
    return user if user and constant_time_compare(half["hash"], user.get_session_auth_hash()) else None


def following_page(request: HttpRequest) -> str:
    """Where the sign-in was to lead; it was checked when it began."""
    half = request.session.get(HALF_SIGNED_IN)
    return str(half["following"]) if half else ""


def first_method(request: HttpRequest) -> str:
    half = request.session.get(HALF_SIGNED_IN)
    return str(half.get("method", "Password")) if half else ""


def complete(request: HttpRequest, user: User, *, method: str, with_factor: bool) -> None:
    """`method` is how, in words for the list of sessions."""
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    request.session.pop(HALF_SIGNED_IN, None)
    request.session.set_expiry(None)
    request.session[SIGN_IN] = {
        "at": timezone.now().isoformat(),
        "method": method,
        "address": client_address(request),
        "user_agent": request.headers.get("User-Agent", "")[:LONGEST_USER_AGENT],
    }
    request.session[WITH_FACTOR] = with_factor
    note_answer(request.session)
    log.write(AuditAction.SIGN_IN, f"{method}.", by=user)


def note_factor(request: StaffRequest, *, has_some: bool) -> None:
    """After the user set one up, or removed one, in this session."""
    request.session[WITH_FACTOR] = has_some
