"""Counting wrong answers to what follows the password, as axes counts wrong passwords: by user and address.

They are also counted over all addresses: of a million codes three are right at any time, and whoever guesses here has
the password already. A passkey that signs in alone is not held up by that.
"""

from axes.handlers.proxy import AxesProxyHandler
from axes.utils import reset as end_lockout
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from crm import rate_limit
from crm.accounts.models import User
from crm.accounts.web.sign_in_limits import MOST_FAILURES, QUARTER_OF_AN_HOUR

LINKS = {"username": "links by email"}  # with blanks, so it is the name of no user


def is_paused(request: HttpRequest, user: User) -> bool:
    from_anywhere = rate_limit.counted(_credentials(user)["username"], seconds=QUARTER_OF_AN_HOUR)
    return from_anywhere >= MOST_FAILURES or bool(AxesProxyHandler.is_locked(request, _credentials(user)))


def count_failure(request: HttpRequest, user: User) -> None:
    rate_limit.count(_credentials(user)["username"], seconds=QUARTER_OF_AN_HOUR)
    user_login_failed.send(sender=__name__, credentials=_credentials(user), request=request)


def forget_failures(user: User) -> None:
    end_lockout(**_credentials(user))


def are_links_paused(request: HttpRequest) -> bool:
    return bool(AxesProxyHandler.is_locked(request, LINKS))


def count_link(request: HttpRequest) -> None:
    """Each one asked for, by address: an email is sent to somebody who may not have asked."""
    user_login_failed.send(sender=__name__, credentials=LINKS, request=request)


def _credentials(user: User) -> dict[str, str]:
    return {"username": f"second factor {user.pk}"}
