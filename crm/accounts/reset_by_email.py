"""Sending a user who has forgotten the password a link to set a new one.

The link is that of `password_reset`, with the site's own address. Nobody is told whether an account exists: the answer
is the same, and the email is sent later. A user gets one email in ten minutes at most.
"""

from collections.abc import Iterable

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.db.models.functions import Lower

from crm.accounts import password_reset
from crm.accounts.mail import send_later, site_address
from crm.accounts.models import User
from crm.accounts.openid import is_only_way
from crm.audit import log
from customers.lib.audit import AuditAction

PAUSE = 10 * 60  # seconds
MOST_USERS = 5
"""Who share an email."""


def is_offered() -> bool:
    return bool(settings.EMAIL_IS_SET_UP and settings.SITE_URL) and not is_only_way()


def send_links(name: str) -> None:
    """To the users with this user name, or with this email in any case."""
    for user in _named(name):
        # `add` is False while the last one is remembered.
        if cache.add(f"reset_by_email.{user.pk}", 1, PAUSE):
            log.write(AuditAction.USER, "Password link sent by email.", user=user)
            _send(user)


def _named(name: str) -> Iterable[User]:
    if not name.isprintable():
        return []
    users = User.objects.filter(is_active=True).exclude(email="").annotate(spelled=Lower("email"))
    return users.filter(Q(username=name) | Q(spelled=name.lower())).order_by("pk")[:MOST_USERS]


def _send(user: User) -> None:
    lines = [
        f"Somebody, probably you, asked for a new password of {user.username}. Set it here, within a day:",
        site_address(password_reset.link_of(user)),
        "If it was not you, nothing needs to be done: your password has not changed.",
    ]
    send_later("Set a new password", lines, to=user.email)
