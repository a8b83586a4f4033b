"""Creating and updating customers as API clients send them.

A data source identifies a customer by an external ID, once. Email and phone are not matched here: customers that share
one stay apart until they are merged. Tags and attributes sent with a new customer belong to its source record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from customers.engagement import contacts
from customers.engagement.common import EngagementError
from customers.labels.attributes import AttributeValue, set_attributes
from customers.labels.many import label_record
from customers.labels.tags import add_tags
from customers.lib.addresses.address import Address, address
from customers.lib.errors import ActionError
from customers.lib.identity import match_keys
from customers.lib.text import can_be_stored
from customers.locks import lock_live, lock_numbers
from customers.models import Customer, DataSource, HistoryKind, SourceRecord, Via
from customers.models.ids import LONGEST_ID
from customers.models.source import OWN_ID
from customers.profile.clean import clean
from customers.profile.edit import EditError, create_customer, edit_profile, set_staff_fields
from customers.profile.fields import BY_KEY
from customers.profile.refusals import lock_live_and_merged, refusals_in
from customers.records import history
from customers.records import match_keys as keys
from customers.records.staff_record import identity_of

if TYPE_CHECKING:
    from crm.accounts.models import User


class DescriptionError(ActionError):
    """`field` is a field of the profile, or a parameter of the API."""


@dataclass(frozen=True)
class Description:
    """The values that an API client sends. Values that it leaves out are not changed.

    `place` are parts of the billing address, `beside` columns that are not part of the profile, `contact` the fields of
    the primary contact.
    """

    profile: Mapping[str, Any] = field(default_factory=dict)
    place: Address = field(default_factory=dict)
    beside: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[str] = ()
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    contact: Mapping[str, Any] = field(default_factory=dict)


def create(description: Description, *, source: DataSource, external_id: str, by: User | None) -> SourceRecord:
    _refuse_ids(source, external_id)
    place = dict(description.place)
    if not place.get("country", "").strip():
        place["country"] = source.default_country
    values = {**_cleaned(description.profile), "billing_address": _cleaned_place({}, place)}
    try:
        return _create(description, values, source, external_id, by)
    except IntegrityError:
        if SourceRecord.objects.filter(data_source=source, external_id=external_id).exists():
            message = "The external ID for this customer already exists in our system."
            raise DescriptionError(message, "external_id") from None
        raise


def _refuse_ids(source: DataSource, external_id: str) -> None:
    if source.name == DataSource.STAFF:
        message = "This data source is for entries by staff. Use a data source of your own."
        raise DescriptionError(message, "data_source_uuid")
    if OWN_ID.fullmatch(external_id):
        message = "IDs such as rec_1 belong to records that were sent without an ID. Use another one."
        raise DescriptionError(message, "external_id")
    if not external_id.strip() or len(external_id) > LONGEST_ID or not can_be_stored(external_id):
        message = f"An external ID of 1 to {LONGEST_ID} characters is required for each customer."
        raise DescriptionError(message, "external_id")


@transaction.atomic
def _create(
    description: Description, values: Mapping[str, Any], source: DataSource, external_id: str, by: User | None
) -> SourceRecord:
    identity = identity_of(Customer(**values))
    # As an intake does: of two customers sent at once with the same email or phone, the second sees the first.
    lock_numbers([f"record {source.pk} {external_id}", *(f"{kind} {value}" for kind, value in match_keys(identity))])
    record = keys.new_record(data_source=source, external_id=external_id, **asdict(identity))
    create_customer(values, by=by, via=Via.API, record=record, **description.beside)
    keys.write_derived(record)
    sentence = "Received from {source} as {external_id}."
    history.write(record, HistoryKind.CREATED, sentence, source=source.name, external_id=external_id, by=by)
    _add(record, description, by=by)
    return record


def _add(record: SourceRecord, description: Description, *, by: User | None) -> None:
    label_record(record, description.tags, description.attributes)
    if description.contact:
        with _primary_contact():
            contacts.add(record.customer, record.data_source, description.contact, by=by, known_as=record.external_id)


@transaction.atomic
def change(customer: Customer, description: Description, *, by: User | None) -> Customer:
    values = _cleaned(description.profile)
    locked = lock_live_and_merged(customer.pk) if refusals_in(values) else lock_live(customer.pk)
    if locked.erased_at:
        raise DescriptionError("Nothing was changed: this customer was erased a moment ago.", "customer_uuid")
    if description.place:
        values["billing_address"] = _cleaned_place(locked.billing_address, description.place)
    try:
        edited = edit_profile(locked, values, version=locked.version, by=by, via=Via.API)
        set_staff_fields(edited, description.beside, by=by)
    except EditError as error:
        raise DescriptionError(str(error), "customer") from None
    if description.tags:
        add_tags(edited, *description.tags, by=by)
    if description.attributes:
        set_attributes(edited, description.attributes, by=by)
    if description.contact:
        with _primary_contact():
            contacts.set_primary_contact(edited, description.contact, by=by)
    return edited


@contextmanager
def _primary_contact() -> Iterator[None]:
    try:
        yield
    except EngagementError as error:
        raise DescriptionError(str(error), "primary_contact") from None


def _cleaned(profile: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _clean(key, value, called=key) for key, value in profile.items()}


def _cleaned_place(before: Address, place: Address) -> Address:
    for part, value in place.items():
        _clean("billing_address", {part: value}, called=part)
    return address(before | place)


def _clean(key: str, value: Any, *, called: str) -> Any:
    try:
        return clean(BY_KEY[key], value)
    except ValidationError as error:
        raise DescriptionError(str(error.message), called) from None
