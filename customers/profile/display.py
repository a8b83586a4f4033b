"""The values of a profile as its page shows them.

Where a value comes from is `replay.py`; why one that was sent is not there, `docs/merging.md` says by question.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from customers.models import (
    Attribute,
    AttributeKind,
    Customer,
    SourceRecord,
)
from customers.profile.clean import ANSWERS, as_text, comparable
from customers.profile.fields import BY_KEY, FIELDS, IDENTITY, REFERENCES, FieldKind, ProfileField

# These have a place of their own on the page: the name, the two addresses, what stands beside the status.
SHOWN_APART = (
    *("first_name", "last_name", "billing_address", "shipping_address"),
    *("lead_status", "lead_phase", "account_type"),
)


@dataclass(frozen=True)
class ContactLine:
    """`url` opens what the text names; `missing` is shown where there is no text."""

    text: str
    missing: str
    url: str = ""


def contact_lines(customer: Customer) -> Iterator[ContactLine]:
    for field in FIELDS:
        if field.group == IDENTITY and field.key not in SHOWN_APART:
            text = shown_text(field, customer)
            if text or field.missing:
                yield ContactLine(text, field.missing, _url(field, text) if text else "")


def _url(field: ProfileField, text: str) -> str:
    match field.kind:
        case FieldKind.EMAIL:
            return f"mailto:{quote(text, safe='@')}"
        case FieldKind.PHONE:
            return f"tel:{quote(text.replace(' ', ''), safe='+')}"
        case _:
            return ""


def other_info(customer: Customer, attributes: Iterable[Attribute]) -> Iterator[tuple[str, str]]:
    """(label, value) of the fields in no other group of the page that have one, and of the attributes."""
    for field in FIELDS:
        if field.group != IDENTITY and field.key not in SHOWN_APART and (text := shown_text(field, customer)):
            yield field.label, text
    yield from ((attribute.name, attribute_text(attribute)) for attribute in attributes)


def shown_text(field: ProfileField, customer: Customer) -> str:
    """Of a password only whether it is set. A row that the profile refers to is read with the customer."""
    if field.kind is FieldKind.PASSWORD:
        return "Set" if getattr(customer, field.column) else "Not set"
    if field.kind is FieldKind.LISTED:
        return str(getattr(customer, field.key) or "")
    if field.kind in REFERENCES:
        return str(getattr(customer, field.key) or "None")
    return as_text(field, getattr(customer, field.key))


def attribute_text(attribute: Attribute) -> str:
    if attribute.kind == AttributeKind.BOOLEAN:
        return ANSWERS[attribute.value == "true"]
    return attribute.value or "empty"


def other_contacts(customer: Customer, records: Iterable[SourceRecord]) -> Iterator[str]:
    """Emails and phones of the records that differ from those of the profile, each once."""
    spellings: set[Hashable] = set()
    for record in records:
        for field in (BY_KEY["email"], BY_KEY["phone"]):
            value = getattr(record, field.key)
            spelling, shown = (
                comparable(field, written, country=record.country) for written in (value, getattr(customer, field.key))
            )
            if value and spelling not in {shown, *spellings}:
                spellings.add(spelling)
                yield value
