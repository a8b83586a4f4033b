"""The people at a customer. A contact belongs to the record of the data source that sent it, or to the staff record.

Notes and tasks about a contact are on the same record, so that they follow the contact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Value, When

from customers.engagement import common
from customers.engagement.common import EngagementError, GoneError
from customers.lib import sentences
from customers.lib.phrases import isolated
from customers.lib.text import clean_email
from customers.models import Contact, Customer, DataSource, Note, SourceRecord, Task
from customers.models.source import with_external_id
from customers.records import external
from customers.records.staff_record import staff_record_of

if TYPE_CHECKING:
    from crm.accounts.models import User

FILLED_BY_MERGE = ("external_id", "first_name", "last_name", "title", "email", "phone", "linked_in", "twitter")
"""The fields that a merge of two contacts takes from the duplicate where the kept one is empty."""


@transaction.atomic
def add(
    customer: Customer,
    source: DataSource,
    values: Mapping[str, Any],
    *,
    by: User | None,
    known_as: str | None = None,
    unless_repeated: bool = False,
) -> Contact:
    """Add a contact to the customer's record from `source`, or to the one with the external id `known_as`."""
    locked = common.lock(customer)
    contact = Contact(source_record=_record_of(locked, source, known_as))
    cleaned = _cleaned(contact, values)
    if unless_repeated and (latest := common.repeated(contact, cleaned)):
        return latest
    common.save(contact, cleaned)
    common.write_history(contact, "Added the contact {contact}.", contact=str(contact), by=by)
    return contact


def _record_of(customer: Customer, source: DataSource, known_as: str | None) -> SourceRecord:
    if source.name == DataSource.STAFF:
        return staff_record_of(customer)
    records = customer.records.filter(data_source=source)
    record = (records.filter(with_external_id(known_as)) if known_as else records).in_order_of_attachment().first()
    if record is None:
        raise EngagementError(
            f"Customer {customer.pk} has no record from {isolated(source)}. Import it from there first.", "data_source"
        )
    return record


@transaction.atomic
def edit(contact: Contact, values: Mapping[str, Any], *, by: User | None, seen: str = "") -> Contact:
    locked = common.lock_row(contact, seen=seen)
    changed = common.save(locked, _cleaned(locked, values))
    if changed:
        sentence = "Changed the {fields} of the contact {contact}."
        common.write_history(locked, sentence, fields=_labels(changed), contact=str(locked), by=by)
    return locked


def _labels(changed: Mapping[str, Any]) -> list[Any]:
    names = (str(getattr(Contact, name).field.verbose_name) for name in changed)
    return [sentences.word(name.replace("_", " ")) for name in names]


@transaction.atomic
def set_primary_contact(customer: Customer, values: Mapping[str, Any], *, by: User | None) -> None:
    """Change the primary contact of the locked `customer`; add one if there is none and a value is not empty."""
    contacts = Contact.objects.filter(source_record__customer=customer)
    # The contacts of duplicates come after the customer's own.
    is_own = Case(When(source_record__origin=customer, then=Value(0)), default=Value(1))
    if first := contacts.order_by(is_own, "position", "pk").first():
        edit(first, values, by=by)
    elif any(values.values()):
        record = external.primary_record(external.external_records_of([customer])[customer.pk])
        source, known_as = (record.data_source, record.public_id) if record else (DataSource.staff(), None)
        add(customer, source, values, by=by, known_as=known_as)


@transaction.atomic
def delete(contact: Contact, *, by: User | None) -> None:
    # Notes and tasks about the contact stay with the customer.
    locked = common.lock_row(contact)
    for model in (Note, Task):
        model._default_manager.filter(contact=locked).update(contact=None)
    common.write_history(locked, "Deleted the contact {contact}.", contact=str(locked), by=by)
    locked.delete()


@transaction.atomic
def merge(kept: Contact, duplicate: Contact, *, by: User | None) -> Contact:
    """`kept` keeps its values and takes from `duplicate`, of the same customer, what it lacks."""
    if kept.pk == duplicate.pk:
        raise EngagementError("A contact cannot be merged with itself.", "from")
    kept = common.lock_row(kept)
    duplicate = _of_same_customer(kept, duplicate)
    values = {name: getattr(kept, name) or getattr(duplicate, name) for name in FILLED_BY_MERGE}
    notes = " ".join(filter(None, (kept.notes, duplicate.notes)))
    common.save(kept, {**values, "notes": notes, "custom": {**duplicate.custom, **kept.custom}})
    for model in (Note, Task):
        rows = model._default_manager.filter(contact=duplicate)
        rows.update(contact=kept, source_record=kept.source_record)
    sentence = "Merged the contact {merged} into the contact {kept}."
    common.write_history(kept, sentence, merged=str(duplicate), kept=str(kept), by=by)
    duplicate.delete()
    return kept


def _of_same_customer(kept: Contact, duplicate: Contact) -> Contact:
    current = Contact.objects.select_related("source_record").filter(pk=duplicate.pk).first()
    if current is None:
        raise GoneError("This contact was deleted a moment ago.", "from")
    if current.source_record.customer_id != kept.source_record.customer_id:
        raise EngagementError("These contacts belong to different customers. Merge the customers first.", "from")
    return current


def _cleaned(contact: Contact, values: Mapping[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in values.items()
    }
    try:
        if cleaned.get("email"):
            cleaned["email"] = clean_email(cleaned["email"]).lower()
    except ValidationError as error:
        raise EngagementError(error.messages[0], "email") from None
    if "custom" in cleaned:
        cleaned["custom"] = common.with_custom(contact.custom, cleaned["custom"])
    return cleaned
