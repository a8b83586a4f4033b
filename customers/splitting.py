"""Giving one source record a customer of its own: for a record that was associated with the wrong person."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction

from customers import billing, editing, history, locking, matching, profile, sharing
from customers.address import address
from customers.clock import Now
from customers.models import Customer, HistoryKind, SourceRecord

if TYPE_CHECKING:
    from crm.accounts.models import User


class SplitError(Exception):
    """Nothing was split; the message says why and what to do."""


@transaction.atomic
def split(record: SourceRecord, *, by: User | None, via: str = "page") -> Customer:
    """The new customer of `record`, whose profile is the identity as received."""
    moved = SplitError("This record was moved a moment ago. Look at its customer again.")
    try:
        locked, chain = locking.lock_chain(record.origin_id)
    except locking.RetiredMeanwhileError:
        raise moved from None
    old, seen = locked[chain[-1]], record
    again = SourceRecord.objects.select_related("origin", "data_source").filter(pk=record.pk, customer=old).first()
    if again is None or (again.origin_id, again.customer_id) != (seen.origin_id, seen.customer_id):
        raise moved
    record = again
    if record.is_home:
        raise SplitError("This record holds what staff wrote here and belongs to its customer. Undo the merge instead.")
    if not old.records.exclude(pk=record.pk).exclude(data_source__name="Staff", external_id=old.uuid).exists():
        raise SplitError(f"This is the only record of {old.name}, so there is nothing to split it from.")
    values = asdict(record.identity)
    country = values.pop("country")
    new = editing.create({**values, "billing_address": address({"country": country})}, by=by, via=via)
    SourceRecord.objects.filter(pk=record.pk).update(origin=new, customer=new, moved_at=Now())
    profile.bump([old])
    # The whole chain, because a card or login of the record may be shown by any of it.
    profile.refresh(chain)
    sharing.note_parted([old.pk, new.pk])
    billing.refresh([old.pk, new.pk])
    history.write(old, HistoryKind.SPLIT, f"Split {record} off as {new.numbered}.", by=by)
    history.write(new, HistoryKind.SPLIT, f"Split off {old.numbered}.", by=by)
    matching.dismiss(old, new, by=by, reason="Split by hand")
    return new
