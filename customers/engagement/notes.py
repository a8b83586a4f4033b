"""Notes and calls about a customer, or about one of its contacts and then on the contact's record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from customers.engagement import common
from customers.engagement.common import EngagementError
from customers.models import Contact, Customer, Note, NoteKind
from customers.records.newest import newest

if TYPE_CHECKING:
    from crm.accounts.models import User

LONGEST_NOTE = 5_000
"""In characters, for the form and `/v1/`; the column has no limit.

`docs/api.md` names it. `/v1/` takes no text beyond LONGEST_TEXT (`crm/api/chartmogul/parser.py`), and Konnektive
documents fewer for its notes (LONGEST_MESSAGE in `crm/api/konnektive/fields.py`).
"""


@transaction.atomic
def add(
    about: Customer | Contact, values: Mapping[str, Any], *, by: User | None, unless_repeated: bool = False
) -> Note:
    """With `unless_repeated`, return the latest note instead of adding one if it has the same text and user."""
    # Forms may be sent twice.
    note = common.attach(Note(), about)
    if unless_repeated and by and isinstance(about, Customer):
        latest = newest(Note, note.source_record.customer, limit=1).first()
        if latest and (latest.text, latest.by_id) == (values["text"], by.pk):
            return latest
    common.save(note, _cleaned(note, {"by": by, **values}))
    if by and note.by_id != by.pk:
        # A program may name another author, and any time: who really added it is in the history.
        sentence = "Added the call of {day} for {author}." if note.is_call else "Added the note of {day} for {author}."
        common.write_history(note, sentence, day=note.at, author=str(note.by), by=by)
    return note


@transaction.atomic
def edit(note: Note, values: Mapping[str, Any], *, by: User | None) -> Note:
    locked = common.lock_row(note)
    changed = common.save(locked, _cleaned(locked, values))
    if changed.keys() - {"updated"}:
        sentence = "Changed the call of {day}." if locked.is_call else "Changed the note of {day}."
        common.write_history(locked, sentence, day=locked.at, by=by)
    return locked


@transaction.atomic
def delete(note: Note, *, by: User | None) -> None:
    locked = common.lock_row(note)
    sentence = "Deleted the call of {day}." if locked.is_call else "Deleted the note of {day}."
    common.write_history(locked, sentence, day=locked.at, by=by)
    locked.delete()


def _cleaned(note: Note, values: Mapping[str, Any]) -> dict[str, Any]:
    text, is_call = values.get("text", note.text), values.get("kind", note.kind) == NoteKind.CALL
    if not (text.strip() or is_call):
        raise EngagementError("Enter the text of the note. Only a call may have none.", "text")
    if len(text) > LONGEST_NOTE:
        raise EngagementError(f"Use {LONGEST_NOTE:,} characters or fewer. This has {len(text):,}.", "text")
    return dict(values) if is_call else {**values, "call_duration": 0}
