"""Why a customer is among the hits of a search whose name and contact details do not show it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from customers.lib.emails import normal_email
from customers.lib.identity import Identity, fold, search_words
from customers.lib.names import name_words
from customers.lib.phones.search_words import ending
from customers.models import Contact, Customer, SourceRecord
from customers.models.source import IDENTITY_FIELDS
from customers.search.query import called_number, clean_query, last_digits, search_parts


@dataclass(frozen=True)
class HitReason:
    """“Was called Helena Holý”: what of the customer the search found."""

    label: str
    value: str


def reasons_for(text: str, customers: Collection[Customer]) -> Mapping[int, HitReason]:
    """{customer: the reason} of those whose row in the list does not show it."""
    parts = _parts(clean_query(text))
    unseen = {customer.pk: unseen for customer in customers if (unseen := _unseen(customer, parts))}
    reasons: dict[int, HitReason] = {}
    if not unseen:
        return reasons
    contacts = Contact.objects.filter(source_record__customer__in=unseen, email__in=[part.lower() for part in parts])
    for owner, email in contacts.order_by("pk").values_list("source_record__customer", "email"):
        reasons.setdefault(owner, HitReason("Contact", email))
    for record in SourceRecord.objects.filter(customer__in=unseen).order_by("pk"):
        if reason := _of_record(record, unseen[record.customer_id]):
            reasons.setdefault(record.customer_id, reason)
    return reasons


def _parts(text: str) -> list[str]:
    words = [part for texts in search_parts(text) for part in texts]
    called = called_number(text)
    return list(dict.fromkeys([called.number] if called else [*words, text]))


def _unseen(customer: Customer, parts: Sequence[str]) -> list[str]:
    """Those of `parts` that are neither the number of the customer nor in the name, email and phone of today."""
    if {str(customer.pk), customer.uuid} & {part.lower() for part in parts}:
        return []
    now = search_words(Identity(**{field: getattr(customer, field) for field in IDENTITY_FIELDS if field != "country"}))
    return [part for part in parts if not _begins_one(part, now)]


def _of_record(record: SourceRecord, parts: Sequence[str]) -> HitReason | None:
    name = f"{record.first_name} {record.last_name}".strip() or record.company
    fields = {
        "Was called": (name, Identity(record.first_name, record.last_name, record.company)),
        "Email": (record.email, Identity(email=record.email)),
        "Phone": (record.phone, Identity(phone=record.phone, country=record.country)),
    }
    if record.external_id and record.external_id in parts:
        return HitReason("External ID", record.external_id)
    for label, (value, identity) in fields.items():
        words = search_words(identity)
        if any(_begins_one(part, words) for part in parts):
            return HitReason(label, value)
    return None


def _begins_one(part: str, words: Collection[str]) -> bool:
    """Whether a search for `part` finds these words."""
    domain = f"@{fold(part).removeprefix('@')}" if "." in part else ""
    digits = last_digits(part)
    beginnings = filter(None, [normal_email(part) or fold(part), domain, digits and ending(digits)])
    if any(word.startswith(beginning) for beginning in beginnings for word in words):
        return True
    names = name_words(part)
    return bool(names) and all(any(word.startswith(name) for word in words) for name in names)
