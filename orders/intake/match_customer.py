"""Finding the customer of an incoming lead or order, or making one.

In this order: (1) the source record that the data source named; (2) its record of the same identity, oldest first;
(3) the live customer with the same email or phone and the same first or last name who matches best
(`customers.matching.recognise`); (4) a new customer. With deduplication off, (2) and (3) are left out. An identity
whose email and phone are placeholders or ignored is as one without.

What comes in changes no profile of a customer who was there, with two exceptions: a purchase clears the lead status
Lost (`clear_lost`, called in `take.py` and by an import), and an import adds the refusals of its rows (`_refuse` in
`orders/imports/batch/new_rows.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from customers.lib.identity import Identity, identity_key, match_keys
from customers.locks import RetiredMeanwhileError, chain_of, lock_chain, retry_when_moved
from customers.matching.judgement import full_name_key
from customers.matching.keys import is_placeholder, weigh_keys
from customers.matching.recognise import recognise
from customers.models import IgnoredValue, MatchKind, SourceRecord, UnmatchedValue
from customers.models.matching import Key
from customers.profile.clean import clean
from customers.profile.edit import create_customer
from customers.profile.fields import BY_KEY
from customers.profile.lead_status import losses_among
from customers.records import match_keys as keys
from customers.records.owned_records import keys_of, owned_records
from customers.records.timestamps import touch_customer
from customers.statements.prepared import Prepared, insert
from orders.intake.order import IncomingCustomer

if TYPE_CHECKING:
    from crm.accounts.models import User

# Kept small, because pages read every record of a customer. A new email or phone gets a record whatever their number:
# without it, the customer would not be found by it.
MOST_RECORDS = 50


RecordKind = Literal["known", "identity", "match", "new"]


@dataclass(frozen=True)
class AssignedRecord:
    """The source record of an incoming lead or order, and which it is.

    `kind` is known for one with the same external id, identity for one with the same identity, match for one that was
    added to a customer who matches, new for that of a new customer.

    `may_be_lost` is False if its customer is known never to have been a lost lead.
    """

    record: SourceRecord
    kind: RecordKind
    may_be_lost: bool = True

    @property
    def is_new(self) -> bool:
        return self.kind == "new"


def names_of(incoming: IncomingCustomer) -> list[str]:
    """The names of the advisory locks for an incoming person: external id, identity, email and phone."""
    return names_of_person(incoming, identity_key(incoming.identity), match_keys(incoming.identity))


def names_of_person(incoming: IncomingCustomer, identity: str, keys: Iterable[Key]) -> list[str]:
    """The same, where the identity key and the match keys are made already."""
    source = incoming.data_source.pk
    known = [f"record {source} {incoming.external_id}"] if incoming.external_id else []
    return [*known, f"identity {source} {identity}", *(f"{kind} {value}" for kind, value in keys)]


def find_or_create(incoming: IncomingCustomer, *, by: User | None) -> AssignedRecord:
    """The record for `incoming`, by the rules above; the caller holds the advisory locks."""
    if record := _known(incoming):
        return AssignedRecord(record, "known", may_be_lost=_may_be_lost(record))
    if not incoming.deduplicate:
        return AssignedRecord(_of_new_customer(incoming, by=by), "new", may_be_lost=False)
    similar = _similar_records(incoming)
    if similar and (record := _of_same_identity(similar, incoming)):
        return AssignedRecord(record, "identity", may_be_lost=_may_be_lost(record))
    # Most new customers have keys that no other customer has; this saves the slow query for a matching customer.
    if similar and (record := _of_matching_customer(incoming)):
        return AssignedRecord(record, "match")
    return AssignedRecord(_of_new_customer(incoming, by=by, check_shared=bool(similar)), "new", may_be_lost=False)


# Read with the record, so that most orders need no query for it.
_records = SourceRecord.objects.annotate(was_lost=Exists(losses_among(OuterRef(OuterRef("customer")))))


def _may_be_lost(record: Any) -> bool:
    # Of a merged customer's record, only the customer that has it now was read, not its earlier customers.
    return bool(record.was_lost or record.origin_id != record.customer_id)


_known_record: Prepared[Any] = Prepared(
    lambda source, external_id: _records.filter(data_source=source, external_id=external_id)
)


def _similar(same_identity: QuerySet[SourceRecord], own_keys: Any, usable_keys: Any) -> QuerySet[SourceRecord]:
    """The oldest record among `same_identity` that a usable key recognises, and one record with any of its own keys."""
    ignored = IgnoredValue.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    recognising = keys.holding(*usable_keys).filter(~Exists(ignored), source_record=OuterRef("pk"))
    oldest = same_identity.filter(Exists(recognising), customer__erased_at=None).order_by("pk").values("pk")[:1]
    with_key = keys.holding(*own_keys).values("source_record")[:1]
    similar = _records.filter(Q(pk=Subquery(oldest)) | Q(pk=Subquery(with_key)))
    return similar.annotate(is_recognised=Exists(recognising)).order_by("pk")


KINDS = len(MatchKind)
_similar_to = Prepared(
    lambda source, identity, *values: _similar(
        SourceRecord.objects.filter(data_source=source, identity_key=identity), values[:KINDS], values[KINDS:]
    )
)
# Two records with different external ids are different people, so a person with an id only gets a record without one.
_similar_without_id = Prepared(
    lambda source, identity, *values: _similar(
        SourceRecord.objects.filter(data_source=source, identity_key=identity, external_id=None),
        values[:KINDS],
        values[KINDS:],
    )
)


def _known(incoming: IncomingCustomer) -> SourceRecord | None:
    if not incoming.external_id:
        return None
    return next(iter(_known_record(incoming.data_source.pk, incoming.external_id)), None)


def _similar_records(incoming: IncomingCustomer) -> list[SourceRecord]:
    """The oldest record of the same identity in the data source, and one record with any of its keys."""
    if not (own_keys := set(match_keys(incoming.identity))):
        return []
    ask = _similar_without_id if incoming.external_id else _similar_to
    usable_keys = {key for key in own_keys if not is_placeholder(*key)}
    values = (*keys.values_of(own_keys), *keys.values_of(usable_keys))
    return ask(incoming.data_source.pk, identity_key(incoming.identity), *values)


def _of_same_identity(similar: Sequence[Any], incoming: IncomingCustomer) -> SourceRecord | None:
    record: SourceRecord | None = next((r for r in similar if _has_same_identity(r, incoming)), None)
    if record and needs_counting_key(incoming.identity):
        return record if weigh_keys(set(match_keys(incoming.identity))).counting else None
    return record


def needs_counting_key(identity: Identity) -> bool:
    # A value that too many have recognises nobody by one name.
    return not full_name_key(identity)


def _has_same_identity(record: Any, incoming: IncomingCustomer) -> bool:
    is_same = (record.data_source_id, record.identity_key) == (incoming.data_source.pk, identity_key(incoming.identity))
    return is_same and record.is_recognised and not (incoming.external_id and record.external_id)


@retry_when_moved
def _of_matching_customer(incoming: IncomingCustomer) -> SourceRecord | None:
    matched = recognise(incoming.identity, source=incoming.data_source.pk)
    return _attach(incoming, matched) if matched else None


@transaction.atomic
def _attach(incoming: IncomingCustomer, matched: SourceRecord) -> SourceRecord:
    """A new record of the same origin as `matched`.

    If the source has MOST_RECORDS of them and the customer all keys of `incoming`, it is the newest one.
    """
    is_merged = matched.origin_id != matched.customer_id
    # The whole chain at once, because a purchase may end the lead status of each customer in it.
    chain = chain_of(matched.origin_id) if is_merged else [matched.origin_id]
    locked = lock_chain(chain)
    origin, owner = locked[chain[0]], locked[chain[-1]]
    records = owned_records([owner.pk])
    is_still_there = any((record.pk, record.origin) == (matched.pk, origin.pk) for record in records)
    if not (owner.is_live and owner.pk == matched.customer_id and is_still_there):
        raise RetiredMeanwhileError
    source = incoming.data_source.pk
    same_source = [record.pk for record in records if (record.origin, record.data_source) == (origin.pk, source)]
    excluded = keys.exclusions_of(records, match_keys(incoming.identity))
    left_out = {(row.kind, row.value) for row in excluded}
    has_new_keys = not (keys_of(records) | left_out).issuperset(match_keys(incoming.identity))
    if not needs_record(incoming, has_new_keys=has_new_keys, records=len(same_source)):
        return SourceRecord.objects.get(pk=same_source[-1])
    record = keys.create_record(
        check_shared=has_new_keys,
        excluded=left_out,
        origin=origin,
        customer=owner,
        **_fields(incoming),
    )
    # The profile stays: docs/merging.md, “Why a value shows on a customer, or does not”.
    touch_customer(owner.pk)
    insert(*(UnmatchedValue(source_record=record, kind=row.kind, value=row.value, by=row.by) for row in excluded))
    return record


def needs_record(incoming: IncomingCustomer, *, has_new_keys: bool, records: int) -> bool:
    """Whether somebody who joins a customer gets a record; the data source has so many `records` of the same origin."""
    return bool(incoming.external_id) or has_new_keys or records < MOST_RECORDS


def _fields(incoming: IncomingCustomer) -> dict[str, Any]:
    external_id = incoming.external_id or None
    return {"data_source": incoming.data_source, "external_id": external_id, **asdict(incoming.identity)}


def _of_new_customer(incoming: IncomingCustomer, *, by: User | None, check_shared: bool = True) -> SourceRecord:
    # No other customer gets one of these match keys meanwhile: their advisory locks are held.
    record = keys.new_record(**_fields(incoming))
    create_customer(first_profile(incoming), by=by, via="intake", record=record)
    keys.write_derived(record, check_shared=check_shared)
    return record


def first_profile(incoming: IncomingCustomer, *, cleaned: Collection[str] = ()) -> dict[str, Any]:
    """As it was sent; of the fields `cleaned` it is known that they can be stored."""
    values: dict[str, Any] = {**vars(incoming.identity)}
    del values["country"]
    try:
        if "email" not in cleaned:
            clean(BY_KEY["email"], values["email"])
    except ValidationError:
        # What is no email stays on the record as received; a profile holds only one that can be written to.
        values["email"] = ""
    return {**values, "billing_address": incoming.billing_address, "shipping_address": incoming.shipping_address}
