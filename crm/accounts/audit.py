"""Who changed whose permissions when. Whatever does so writes it down in the same transaction; nothing is ever
changed or removed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.text import Truncator

from crm.accounts.models import AccountChange, User
from crm.accounts.permissions import labels

PAGE = 50


@dataclass(frozen=True)
class Line:
    """A change as pages show it."""

    change: AccountChange
    given: Sequence[str]
    taken: Sequence[str]


def write(user: User, text: str = "", *, by: User | None, given: Iterable[str] = (), taken: Iterable[str] = ()) -> None:
    short = Truncator(text).chars(200)
    AccountChange.objects.create(user=user, by=by, text=short, given=sorted(given), taken=sorted(taken))


def newest(*, of: User | None = None, before: int | None = None, limit: int = PAGE) -> list[Line]:
    """At most `limit` changes, newest first: of one user or of all, older than the one with the number `before`."""
    found = AccountChange.objects.select_related("user", "by").order_by("-pk")
    if of:
        found = found.filter(user=of)
    if before is not None:
        found = found.filter(pk__lt=before)
    return [Line(change, labels(change.given), labels(change.taken)) for change in found[:limit]]
