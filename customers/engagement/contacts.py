"""The people to talk to at a customer, as programs send them: each hangs off the record of the source that knows them.

What is said and to be done about a contact hangs off the same record, and follows the contact wherever that goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Value, When

from customers.engagement import common
from customers.engagement.common import EngagementError
from customers.lib import sentences
from customers.lib.phrases import isolated
from customers.lib.text import clean_email
from customers.models import Contact, Customer, DataSource, Note, SourceRecord, Task
from customers.records import external
from customers.records.staff_record import staff_record_of

if TYPE_CHECKING:
    from crm.accounts.models import User

FILLED = ("external_id", "first_name", "last_name", "title", "email", "phone", "linked_in", "twitter")
"""What a merge takes from the contact that goes where the one that stays has none."""


@transaction.atomic
def add(
    customer: Customer, source: DataSource, values: Mapping[str, Any], *, by: User | None, known_as: str | None = None
) -> Contact:
    """A contact of the customer as `source` knows them, by the external id `known_as` where it knows several."""
    locked = common.lock(customer)
    contact = Contact(source_record=_record_of(locked, source, known_as))
    common.save(contact, _cleaned(contact, values))
    common.write_history(contact, "Added the contact {contact}.", contact=str(contact), by=by)
    return contact


def _record_of(customer: Customer, source: DataSource, known_as: str | None) -> SourceRecord:
    if source.name == DataSource.STAFF:
        return staff_record_of(customer)
    records = customer.records.filter(data_source=source)
    record = (records.filter(external_id=known_as) if known_as else records).in_order_of_attachment().first()
    if record is None:
        raise EngagementError(
            f"Customer {customer.pk} has no record from {isolated(source)}. Import it from there first.", "data_source"
        )
    return record


@transaction.atomic
def edit(contact: Contact, values: Mapping[str, Any], *, by: User | None) -> Contact:
    locked = common.lock_row(contact)
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
    """Say `values` of whom to talk to first at the locked `customer`: of a new contact where there is none."""
    of_theirs = Contact.objects.filter(source_record__customer=customer)
    is_own = Case(When(source_record__origin=customer, then=Value(0)), default=Value(1))
    if first := of_theirs.order_by(is_own, "position", "pk").first():
        edit(first, values, by=by)
    elif any(values.values()):
        record = external.primary_record(external.external_records_of([customer])[customer.pk])
        source, known_as = (record.data_source, record.external_id) if record else (DataSource.staff(), None)
        add(customer, source, values, by=by, known_as=known_as)


@transaction.atomic
def delete(contact: Contact, *, by: User | None) -> None:
    """What was said and is to be done about the contact stays with the customer."""
    locked = common.lock_row(contact)
    for model in (Note, Task):
        model._default_manager.filter(contact=locked).update(contact=None)
    common.write_history(locked, "Deleted the contact {contact}.", contact=str(locked), by=by)
    locked.delete()


@transaction.atomic
def merge(into: Contact, goes: Contact, *, by: User | None) -> Contact:
    """Make two contacts of one customer one: `into` stays as it is, and what it lacks is taken from the other."""
    if into.pk == goes.pk:
        raise EngagementError("A contact cannot be merged with itself.", "from")
    into = common.lock_row(into)
    goes = _of_the_same(into, goes)
    values = {name: getattr(into, name) or getattr(goes, name) for name in FILLED}
    notes = " ".join(filter(None, (into.notes, goes.notes)))
    common.save(into, {**values, "notes": notes, "custom": {**goes.custom, **into.custom}})
    for model in (Note, Task):
        about = model._default_manager.filter(contact=goes)
        about.update(contact=into, source_record=into.source_record)
    sentence = "Merged the contact {merged} into the contact {kept}."
    common.write_history(into, sentence, merged=str(goes), kept=str(into), by=by)
    goes.delete()
    return into


def _of_the_same(into: Contact, goes: Contact) -> Contact:
    """`goes` as it is under the lock that `into` has taken."""
    current = Contact.objects.select_related("source_record").filter(pk=goes.pk).first()
    if current is None:
        raise EngagementError("This contact was deleted a moment ago.", "from")
    if current.source_record.customer_id != into.source_record.customer_id:
        raise EngagementError("These contacts belong to different customers. Merge the customers first.", "from")
    return current


def _cleaned(contact: Contact, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` as they are stored; an email in small letters, so that it is found however it is typed."""
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
