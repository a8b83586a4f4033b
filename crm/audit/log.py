"""Writing the audit log: with an act in its transaction, of reads and refusals by `write` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import Truncator

from crm.audit.models import LONGEST_TEXT, AuditEntry
from crm.audit.origin import current_origin
from customers.lib.audit import AuditAction

if TYPE_CHECKING:
    from crm.accounts.models import User


def entry(
    action: AuditAction,
    text: str = "",
    *,
    by: User | None = None,
    user: User | None = None,
    customer: int | None = None,
    is_refused: bool = False,
) -> AuditEntry:
    """`user` is who was changed or is spoken of, `by` who did it."""
    origin = current_origin()
    return AuditEntry(
        action=action,
        text=Truncator(text).chars(LONGEST_TEXT),
        by=by,
        user=user,
        customer=customer,
        is_refused=is_refused,
        address=origin.address,
        request_id=origin.request_id,
        key_id=origin.key,
    )


def write(
    action: AuditAction,
    text: str = "",
    *,
    by: User | None = None,
    user: User | None = None,
    customer: int | None = None,
    is_refused: bool = False,
) -> None:
    entry(action, text, by=by, user=user, customer=customer, is_refused=is_refused).save(force_insert=True)
