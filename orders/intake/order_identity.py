"""The identity that an order came with, where its source record says something else.

A customer is matched and found by source records. So an order with a corrected email, a second phone or another name
gets a record for it: of the same origin and data source, so that they remain one customer. No profile changes.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Protocol

from customers.lib.identity import Identity, identity_key, match_keys
from customers.lib.person_name import names_in_common
from customers.models import MatchKey, SearchWord, SourceRecord, UnmatchedValue
from customers.models.source import IDENTITY_FIELDS
from customers.records import events
from customers.records import match_keys as keys
from customers.records.match_keys import Keys
from customers.records.timestamps import touch_customer
from customers.statements.prepared import insert


class Identified(Protocol):
    """A source record, or what stands for one while a file is read."""

    @property
    def identity(self) -> Identity: ...


def is_of_other_person(identity: Identity, *, than: Identity) -> bool:
    """Whether `identity`, a name with an email or phone, agrees in nothing with a person who has such values too.

    One without names only adds to the other.
    """
    if not ((identity.first_name or identity.last_name) and (identity.email or identity.phone)):
        return False
    keys, known = set(match_keys(identity)), set(match_keys(than))
    names = ((identity.first_name, than.first_name), (identity.last_name, than.last_name))
    is_comparable = any(map(all, names)) or not {kind for kind, _ in keys}.isdisjoint(kind for kind, _ in known)
    return is_comparable and not names_in_common(identity, than) and keys.isdisjoint(known)


def updated_by(record: Identified, identity: Identity) -> Identity:
    if record.identity == identity:
        return identity
    return replace(record.identity, **{name: value for name, value in asdict(identity).items() if value})


def completed_by(record: Identified, whole: Identity) -> Identity:
    return replace(whole, **{name: value for name, value in asdict(record.identity).items() if value})


def record_of_identity(record: SourceRecord, identity: Identity) -> SourceRecord:
    """`record`, completed with what it lacks of `identity`, or one of the same origin that says the same as it.

    A new one is made only if the customer, who is locked, is not matched and found by all of `identity` already.
    """
    whole = updated_by(record, identity)
    completed = completed_by(record, whole)
    if identity_key(whole) == identity_key(completed):
        _complete(record, completed)
        return record
    same_origin = SourceRecord.objects.filter(
        origin=record.origin_id, customer=record.customer_id, data_source=record.data_source_id
    )
    if known := same_origin.filter(identity_key=identity_key(whole)).order_by("pk").first():
        return known
    return record if _is_found_by(record, whole) else _sibling(record, whole)


def _complete(record: SourceRecord, identity: Identity) -> None:
    changed = [name for name in IDENTITY_FIELDS if getattr(record, name) != getattr(identity, name)]
    if changed:
        for name in changed:
            setattr(record, name, getattr(identity, name))
        record.save(update_fields=changed)
        touch_customer(record.customer_id)
        keys.refresh([record])


def _is_found_by(record: SourceRecord, identity: Identity) -> bool:
    """Whether the customer has all match keys and search words of `identity`."""
    needed = Keys.of(identity, _excluded(record))
    of_customer = MatchKey.objects.filter(source_record__customer=record.customer_id)
    match_keys = set(of_customer.among(needed.match).values_list("kind", "value"))
    words = SearchWord.objects.filter(customer=record.customer_id, word__in=needed.words)
    return needed.match <= match_keys and needed.words <= set(words.values_list("word", flat=True))


def _sibling(record: SourceRecord, identity: Identity) -> SourceRecord:
    sibling = keys.new_record(
        origin_id=record.origin_id,
        customer_id=record.customer_id,
        data_source_id=record.data_source_id,
        **asdict(identity),
    )
    sibling.save()
    touch_customer(record.customer_id)
    insert(events.updated(record.customer_id, records=[sibling.pk]))
    # What staff excluded from matching for the record is excluded for its repetition too.
    for row in UnmatchedValue.objects.filter(source_record=record):
        if (row.kind, row.value) in set(match_keys(identity)):
            UnmatchedValue.objects.create(source_record=sibling, kind=row.kind, value=row.value, by=row.by)
    keys.refresh([sibling])
    return sibling


def _excluded(record: SourceRecord) -> set[tuple[str, str]]:
    return set(UnmatchedValue.objects.filter(source_record=record).values_list("kind", "value"))
