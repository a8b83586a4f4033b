"""Telling users of changes of their password, factors and permissions, so that they notice what they did not do.

By email where it is set up, else by a notice on every page until it is dismissed. It cannot be turned off.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse

from crm.accounts.checkboxes import labels_of
from crm.accounts.mail import send_later, site_address
from crm.accounts.models import AccountChange, AccountNotice, User

MOST_NOTICES = 5
LONGEST_TEXT = 400
SUBJECT = "Your account was changed"
IF_NOT_YOU = "If you do not expect this, tell an admin at once, and change your password."


@dataclass(frozen=True)
class ShownNotice:
    """`change` is None where it is not about the account."""

    pk: int
    change: AccountChange | None
    at: datetime
    sentence: str
    address: str


def tell(change: AccountChange) -> None:
    """Within the transaction of the change. The mark at the user spares all other pages a query."""
    user = change.user
    if settings.EMAIL_IS_SET_UP and user.email:
        transaction.on_commit(partial(_send, change), robust=True)
        return
    _keep(AccountNotice(user=user, change=change))


def tell_of(user: User, text: str, address: str) -> None:
    """What is not about the account: `address` is the page that has more."""
    _keep(AccountNotice(user=user, text=text[:LONGEST_TEXT], address=address))


def _keep(notice: AccountNotice) -> None:
    notice.save()
    User.objects.filter(pk=notice.user_id).update(has_notices=True)


def notices_of(user: User) -> Sequence[ShownNotice]:
    if not user.has_notices:
        return []
    notices = AccountNotice.objects.filter(user=user).select_related("change__by").order_by("-pk")[:MOST_NOTICES]
    return [
        ShownNotice(
            notice.pk,
            notice.change,
            notice.change.at if notice.change else notice.at,
            sentence_of(notice.change) if notice.change else notice.text,
            notice.address,
        )
        for notice in notices
    ]


@transaction.atomic
def dismiss(user: User, pks: Iterable[int]) -> None:
    AccountNotice.objects.filter(user=user, pk__in=pks).delete()
    left = AccountNotice.objects.filter(user=OuterRef("pk"))
    User.objects.filter(pk=user.pk).update(has_notices=Exists(left))


def sentence_of(change: AccountChange) -> str:
    lists = (("Granted", change.given), ("Revoked", change.taken))
    permissions = [f"{verb}: {', '.join(labels_of(names))}." for verb, names in lists if names]
    return " ".join(filter(None, [change.text, *permissions]))


def _send(change: AccountChange) -> None:
    by = "by yourself" if change.by == change.user else f"by {change.by}" if change.by else "on the command line"
    lines = [
        f"Your account {change.user.username} was changed {by} on {change.at:%d %b %Y, %H:%M} UTC.",
        sentence_of(change),
        IF_NOT_YOU,
        site_address(reverse("accounts:security")),
    ]
    send_later(SUBJECT, lines, to=change.user.email)
