"""The user audit log. Every change of a user writes its entry in the same transaction; entries are never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.text import Truncator

from crm.accounts.models import AccountChange, User
from crm.accounts.permissions import labels_of

PER_PAGE = 50


@dataclass(frozen=True)
class AuditEntry:
    """A change, with the labels of its permissions."""

    change: AccountChange
    granted: Sequence[str]
    revoked: Sequence[str]


def write(
    user: User, text: str = "", *, by: User | None, granted: Iterable[str] = (), revoked: Iterable[str] = ()
) -> None:
    short = Truncator(text).chars(200)
    AccountChange.objects.create(user=user, by=by, text=short, given=sorted(granted), taken=sorted(revoked))


def newest(*, of: User | None = None, before: int | None = None, limit: int = PER_PAGE) -> list[AuditEntry]:
    """At most `limit` changes, newest first; of `user` or of all users, before the change numbered `before`."""
    changes = AccountChange.objects.select_related("user", "by").order_by("-pk")
    if of:
        changes = changes.filter(user=of)
    if before is not None:
        changes = changes.filter(pk__lt=before)
    return [AuditEntry(change, labels_of(change.given), labels_of(change.taken)) for change in changes[:limit]]
