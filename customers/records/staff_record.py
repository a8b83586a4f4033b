"""The staff record of a customer: it has the rows that staff add, and repeats the profile as its identity.

So an email or phone that staff typed is matched like any other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from customers.database.lock_queues import wait_for
from customers.lib.identity import Identity, match_keys
from customers.locks import key_of_customer
from customers.models import Customer, DataSource, MergeMember, SourceRecord
from customers.models.source import IDENTITY_FIELDS
from customers.records import match_keys as keys
from customers.records.owned_records import OwnedRecord, keys_of, owned_records
from customers.records.shared_values import lock_new
from customers.statements.prepared import Prepared

_locked: Prepared[Any] = Prepared(
    lambda customer: (
        Customer.objects.locked()
        .filter(pk=customer)
        .annotate(
            staff_record=Subquery(
                SourceRecord.objects.filter(data_source__name=DataSource.STAFF, external_id=OuterRef("uuid")).values(
                    "pk"
                )
            ),
            has_merged=Exists(MergeMember.objects.filter(merge__survivor=OuterRef("pk"), undone_at=None)),
        )
    )
)
_staff_record = Prepared(lambda uuid: SourceRecord.objects.filter(data_source__name=DataSource.STAFF, external_id=uuid))


def identity_of(customer: Customer) -> Identity:
    return identity_in(vars(customer))


def identity_in(profile: Mapping[str, Any]) -> Identity:
    parts = {name: profile[name] for name in IDENTITY_FIELDS if name != "country"}
    return Identity(**parts, country=profile["billing_address"].get("country", ""))


def lock_to_edit(pk: int) -> tuple[Customer, int | None, bool]:
    """The customer, read again under the lock, its staff record, and whether another one is merged into it.

    The staff record is None also if it was made while this waited.
    """
    [locked] = wait_for([key_of_customer(pk)], lambda: _locked(pk))
    return locked, locked.staff_record, locked.has_merged


def staff_record_of(customer: Customer) -> SourceRecord:
    if known := _staff_record(customer.uuid):
        return known[0]
    owner = customer.live_root()
    return _create(customer, identity_of(customer), owner=owner.pk, records=owned_records([owner.pk]))


def staff_record_among(records: Iterable[OwnedRecord], customer: Customer) -> OwnedRecord | None:
    staff_records = (record for record in records if record.data_source == record.staff_source)
    return next((record for record in staff_records if record.external_id == customer.uuid), None)


def put_staff_record(
    customer: Customer, profile: Mapping[str, Any], *, owner: int, records: Sequence[OwnedRecord]
) -> int:
    """Make or change the staff record of `customer` so that it repeats `profile`; its primary key.

    `customer` is the locked `owner` or was merged into it. `records` are all records of the owner, with their keys.
    """
    before, after = identity_of(customer), identity_in(profile)
    record = staff_record_among(records, customer)
    if record is None:
        return _create(customer, after, owner=owner, records=records).pk
    if after != before:
        keys.change_identity(record, before=before, after=after, owner=owner, records=records)
    return record.pk


def _create(customer: Customer, identity: Identity, *, owner: int, records: Sequence[OwnedRecord]) -> SourceRecord:
    excluded = keys.excluded_from(records, customer.pk)
    added = {(owner, key) for key in match_keys(identity) if key not in excluded}
    new = lock_new(added, known={(owner, key) for key in keys_of(records)})
    source = next((record.staff_source for record in records), None) or DataSource.staff().pk
    return keys.create_record(
        check_shared=bool(new),
        excluded=excluded,
        data_source_id=source,
        external_id=customer.uuid,
        origin=customer,
        customer_id=owner,
        **asdict(identity),
    )


def refresh_staff_records(customers: Collection[Customer]) -> list[str]:
    """Make the staff records of locked customers repeat their profiles; a line for each that differed."""
    customer_of = {customer.uuid: customer for customer in customers}
    staff_records = SourceRecord.objects.filter(data_source__name=DataSource.STAFF, external_id__in=customer_of)
    differed = []
    for record in staff_records:
        before, after = record.identity, identity_of(customer_of[str(record.external_id)])
        if before != after:
            records = owned_records([record.customer_id])
            [staff_record] = [owned for owned in records if owned.pk == record.pk]
            keys.change_identity(staff_record, before=before, after=after, owner=record.customer_id, records=records)
            differed.append(f"identity of staff record {record.pk}")
    return differed
