"""Telling users of changes of their password, factors and permissions, so that they notice what they did not do.

By email where it is set up, else by a notice on every page until it is dismissed. It cannot be turned off. Answers to
their merge requests are told by both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef
from django.urls import reverse

from crm.accounts.checkboxes import labels_of
from crm.accounts.mail import send_later, site_address
from crm.accounts.models import AccountChange, AccountNotice, User
from customers.merging.second_person.requests import unseen_answers
from customers.models import MergeRequest, RequestState
from customers.snapshot import after_reading

MOST_NOTICES = 5
LONGEST_TEXT = 400
SUBJECT = "Your account was changed"
IF_NOT_YOU = "If you do not expect this, tell an admin at once, and change your password."


@dataclass(frozen=True)
class ShownNotice:
    """`change` is None where it is not about the account; `request` is that of a merge which was answered."""

    pk: int | None
    change: AccountChange | None
    at: datetime
    sentence: str
    address: str
    request: int | None = None


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


def tell_of_answer(request: MergeRequest) -> None:
    """Within the transaction of the answer. The notice is the request itself, until it is opened or dismissed."""
    _mark(request.by_id)
    if settings.EMAIL_IS_SET_UP and request.by.email:
        transaction.on_commit(partial(_send_answer, request), robust=True)


def _keep(notice: AccountNotice) -> None:
    notice.save()
    _mark(notice.user_id)


def _mark(user: int) -> None:
    User.objects.filter(pk=user).update(has_notices=True)


def notices_of(user: User) -> Sequence[ShownNotice]:
    if not user.has_notices:
        return []
    shown = [*_answers(user), *_notices(user)]
    if not shown:
        # Opening a request is what dismisses its answer.
        after_reading(_renew_mark, user.pk)
    return shown


def _answers(user: User) -> Sequence[ShownNotice]:
    return [
        ShownNotice(
            None,
            None,
            asked.answered_at or asked.created,
            f"{asked}, {asked.in_words}: {asked.outcome}",
            asked.get_absolute_url(),
            request=asked.pk,
        )
        for asked in unseen_answers(user)
    ]


def _notices(user: User) -> Sequence[ShownNotice]:
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
def dismiss(user: User, pks: Iterable[int] = (), *, requests: Iterable[int] = ()) -> None:
    """Notices, and answers to merge `requests`."""
    AccountNotice.objects.filter(user=user, pk__in=pks).delete()
    answered = MergeRequest.objects.filter(by=user, pk__in=requests).exclude(state=RequestState.WAITING)
    answered.update(is_told=True)
    _renew_mark(user.pk)


def _renew_mark(user: int) -> None:
    notices = AccountNotice.objects.filter(user=OuterRef("pk"))
    answers = MergeRequest.objects.filter(by=OuterRef("pk"), is_told=False).exclude(state=RequestState.WAITING)
    is_left = ExpressionWrapper(Exists(notices) | Exists(answers), BooleanField())
    User.objects.filter(pk=user).update(has_notices=is_left)


def sentence_of(change: AccountChange) -> str:
    lists = (("Granted", change.given), ("Revoked", change.taken))
    permissions = [f"{verb}: {', '.join(labels_of(names))}." for verb, names in lists if names]
    return " ".join(filter(None, [change.text, *permissions]))


def _send_answer(request: MergeRequest) -> None:
    by = f" by {request.answered_by}" if request.answered_by else ""
    lines = [
        # By number: an email outlasts an erasure.
        f"{request}, which you asked for, was answered{by}: {request.get_state_display().lower()}.",
        f"Reason: {request.answer}" if request.answer else "",
        site_address(request.get_absolute_url()),
    ]
    send_later(f"{request}: {request.get_state_display().lower()}", lines, to=request.by.email)


def _send(change: AccountChange) -> None:
    by = "by yourself" if change.by == change.user else f"by {change.by}" if change.by else "on the command line"
    lines = [
        f"Your account {change.user.username} was changed {by} on {change.at:%d %b %Y, %H:%M} UTC.",
        sentence_of(change),
        IF_NOT_YOU,
        site_address(reverse("accounts:security")),
    ]
    send_later(SUBJECT, lines, to=change.user.email)
