"""The user audit log. Every change of a user writes its entry in the same transaction; entries are never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.text import Truncator

from crm.accounts.models import AccountChange, User
from crm.accounts.permissions import labels_of
from crm.audit import log
from customers.lib.audit import AuditAction

PER_PAGE = 50


@dataclass(frozen=True)
class ChangeEntry:
    """A change, with the labels of its permissions."""

    change: AccountChange
    granted: Sequence[str]
    revoked: Sequence[str]


def write(
    user: User,
    text: str = "",
    *,
    by: User | None,
    granted: Iterable[str] = (),
    revoked: Iterable[str] = (),
    action: AuditAction = AuditAction.USER,
) -> None:
    """Here and in the audit log, which also has from where."""
    short = Truncator(text).chars(200)
    AccountChange.objects.create(user=user, by=by, text=short, given=sorted(granted), taken=sorted(revoked))
    permissions = [f"{verb}: {', '.join(labels_of(names))}." for verb, names in _changed(granted, revoked) if names]
    log.write(action, " ".join([short, *permissions]).strip(), by=by, user=user)


def _changed(granted: Iterable[str], revoked: Iterable[str]) -> Iterable[tuple[str, Iterable[str]]]:
    return ("Granted", granted), ("Revoked", revoked)


def newest(*, of: User | None = None, before: int | None = None, limit: int = PER_PAGE) -> list[ChangeEntry]:
    """At most `limit` changes, newest first; of `user` or of all users, before the change numbered `before`."""
    rows = AccountChange.objects.select_related("user", "by").order_by("-pk")
    if of:
        rows = rows.filter(user=of)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [ChangeEntry(change, labels_of(change.given), labels_of(change.taken)) for change in rows[:limit]]
