"""Finding the customer of an incoming lead or order, or making one.

In this order: (1) the source record that the data source named; (2) its record of the same identity, oldest first;
(3) a live customer with the same email or phone and the same first or last name, oldest first; (4) a new customer.
With deduplication off, (2) and (3) are left out. A profile is never changed by what comes in.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef

from customers.lib.identity import Identity, fold, identity_key, match_keys
from customers.locks import RetiredMeanwhileError, chain_of, lock_chain, retry_when_moved
from customers.matching.duplicates import MOST_HOLDERS, ignored_values
from customers.models import Customer, MatchKey, SourceRecord
from customers.models.prepared import Prepared
from customers.profile.edit import create_customer
from customers.records import match_keys as keys
from customers.records.owned import keys_of, owned_records
from orders.intake.order import IncomingCustomer

if TYPE_CHECKING:
    from crm.accounts.models import User

# Kept small, because pages read every record of a customer.
MOST_RECORDS = 50


@dataclass(frozen=True)
class AssignedRecord:
    """The source record of an incoming lead or order, and the rule that chose it: known, identity, match or new."""

    record: SourceRecord
    rule: str


def names_of(incoming: IncomingCustomer) -> list[str]:
    """What an incoming person is known by, for the advisory locks."""
    source = incoming.data_source.pk
    known = [f"record {source} {incoming.external_id}"] if incoming.external_id else []
    identity = f"identity {source} {identity_key(incoming.identity)}"
    return [*known, identity, *(f"{kind} {value}" for kind, value in match_keys(incoming.identity))]


def find_or_create(incoming: IncomingCustomer, *, by: User | None) -> AssignedRecord:
    """The record for `incoming`, by the rules above; the caller holds the advisory locks."""
    if record := _known(incoming):
        return AssignedRecord(record, "known")
    if not incoming.deduplicate:
        return AssignedRecord(_of_new_customer(incoming, by=by), "new")
    if record := _of_same_identity(incoming):
        return AssignedRecord(record, "identity")
    # Of few who are new, and who matches is a long query.
    has_known_keys = keys.anybody_has(set(match_keys(incoming.identity)))
    if has_known_keys and (record := _of_matching_customer(incoming)):
        return AssignedRecord(record, "match")
    return AssignedRecord(_of_new_customer(incoming, by=by, check_shared=has_known_keys), "new")


_known_record = Prepared(
    lambda source, external_id: SourceRecord.objects.filter(data_source=source, external_id=external_id)
)
# One that goes by an external id is somebody else's, for whoever comes with an id of their own.
_same_identity = Prepared(
    lambda source, identity: (
        SourceRecord.objects.filter(data_source=source, identity_key=identity, customer__erased_at=None).order_by("pk")
    )[:1]
)
_same_identity_without_id = Prepared(
    lambda source, identity: (
        SourceRecord.objects.filter(
            data_source=source, identity_key=identity, external_id=None, customer__erased_at=None
        ).order_by("pk")
    )[:1]
)


def _known(incoming: IncomingCustomer) -> SourceRecord | None:
    if not incoming.external_id:
        return None
    return next(iter(_known_record(incoming.data_source.pk, incoming.external_id)), None)


def _of_same_identity(incoming: IncomingCustomer) -> SourceRecord | None:
    """The oldest record of this very identity in the data source."""
    if not any(match_keys(incoming.identity)):
        return None
    same_identity = _same_identity_without_id if incoming.external_id else _same_identity
    return next(iter(same_identity(incoming.data_source.pk, identity_key(incoming.identity))), None)


@retry_when_moved
def _of_matching_customer(incoming: IncomingCustomer) -> SourceRecord | None:
    """A record for `incoming` with the oldest customer who matches, found and locked; None when nobody does."""
    matched = _matching_record(incoming.identity)
    return _attach(incoming, matched) if matched else None


@transaction.atomic
def _attach(incoming: IncomingCustomer, matched: SourceRecord) -> SourceRecord:
    """A new record of the same origin as `matched`, or the newest where there are too many already."""
    is_merged = matched.origin_id != matched.customer_id
    # All from its origin on, in one go: who buys may end the lead status of each.
    chain = chain_of(matched.origin_id) if is_merged else [matched.origin_id]
    locked = lock_chain(chain)
    origin, owner = locked[chain[0]], locked[chain[-1]]
    records = owned_records([owner.pk])
    is_still_there = any((record.pk, record.origin) == (matched.pk, origin.pk) for record in records)
    if not (owner.is_live and owner.pk == matched.customer_id and is_still_there):
        raise RetiredMeanwhileError
    source = incoming.data_source.pk
    same_source = [record.pk for record in records if (record.origin, record.data_source) == (origin.pk, source)]
    if not incoming.external_id and len(same_source) >= MOST_RECORDS:
        return SourceRecord.objects.get(pk=same_source[-1])
    has_new_keys = not keys_of(records).issuperset(match_keys(incoming.identity))
    return _write_record(incoming, owner=owner, origin=origin, check_shared=has_new_keys)


def _matching_record(identity: Identity) -> SourceRecord | None:
    """The record by which the oldest matching customer is recognised."""
    own_keys = set(match_keys(identity))
    holding = MatchKey.objects.among(own_keys - ignored_values(own_keys))
    owners = holding.order_by("source_record__customer").values("source_record__customer").distinct()
    # In one statement, which sees everybody at one moment: before a merge or an edit or after it, never in between.
    records = (
        SourceRecord.objects.filter(customer__in=owners[:MOST_HOLDERS], customer__erased_at=None)
        .select_related("customer")
        .annotate(shares=Exists(holding.filter(source_record=OuterRef("pk"))))
        .order_by("customer__created", "customer", "pk")
    )
    for customer, theirs in groupby(records, key=attrgetter("customer")):
        customer_records = list(theirs)
        if any(_names_agree(identity, known) for known in (customer, *customer_records)):
            # The oldest whose name agrees too, else the oldest.
            sharing = list(filter(attrgetter("shares"), customer_records))
            return next((record for record in sharing if _names_agree(identity, record)), sharing[0])
    return None


def _names_agree(identity: Identity, other: Customer | SourceRecord) -> bool:
    first, last = fold(identity.first_name), fold(identity.last_name)
    return bool(first and first == fold(other.first_name)) or bool(last and last == fold(other.last_name))


def _write_record(
    incoming: IncomingCustomer, *, owner: Customer, origin: Customer, check_shared: bool = True
) -> SourceRecord:
    return keys.create_record(
        check_shared=check_shared,
        origin=origin,
        customer=owner,
        data_source=incoming.data_source,
        external_id=incoming.external_id or None,
        **asdict(incoming.identity),
    )


def _of_new_customer(incoming: IncomingCustomer, *, by: User | None, check_shared: bool = True) -> SourceRecord:
    # Nobody is given one of its keys meanwhile: their advisory locks are held.
    values = asdict(incoming.identity)
    del values["country"]
    addresses = {"billing_address": incoming.billing_address, "shipping_address": incoming.shipping_address}
    try:
        customer = create_customer(values | addresses, by=by, via="intake")
    except ValidationError:
        # What is no email stays on the record as received; a profile holds only one that can be written to.
        customer = create_customer({**values, **addresses, "email": ""}, by=by, via="intake")
    return _write_record(incoming, owner=customer, origin=customer, check_shared=check_shared)
