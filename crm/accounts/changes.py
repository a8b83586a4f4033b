"""The user audit log. Every change of a user writes its entry in the same transaction; entries are never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.text import Truncator

from crm.accounts import notices
from crm.accounts.checkboxes import labels_of
from crm.accounts.models import AccountChange, User
from crm.audit import log
from customers.lib.audit import AuditAction
from customers.lib.pages import Page, newest_page

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
    tells_user: bool = False,
) -> None:
    """Here and in the audit log, which also has from where; the user is told of what opens or closes the account."""
    short = Truncator(text).chars(200)
    change = AccountChange.objects.create(user=user, by=by, text=short, given=sorted(granted), taken=sorted(revoked))
    log.write(action, notices.sentence_of(change), by=by, user=user)
    if tells_user:
        notices.tell(change)


def change_page(*, of: User | None = None, before: int | None = None, size: int) -> Page[ChangeEntry, int]:
    """Newest first, of one user or of all."""
    rows = AccountChange.objects.select_related("user", "by")
    page = newest_page(rows.filter(user=of) if of else rows, before, size=size)
    return page.showing([ChangeEntry(change, labels_of(change.given), labels_of(change.taken)) for change in page.rows])
