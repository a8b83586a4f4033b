"""The values of a profile as its page shows them."""

from collections.abc import Hashable, Iterable, Iterator

from customers.models import (
    Attribute,
    AttributeKind,
    Customer,
    SourceRecord,
)
from customers.profile.clean import ANSWERS, comparable
from customers.profile.fields import BY_KEY

CUSTOM = tuple(f"custom{n}" for n in range(1, 6))


def other_info(customer: Customer, attributes: Iterable[Attribute]) -> Iterator[tuple[str, str]]:
    """(label, value). Of a password only whether it is set; custom fields only where they have a value."""
    yield "Shop login", str(customer.cart_login or "None")
    yield "Shop password", "Set" if customer.cart_password_id else "Not set"
    yield "Payment method", str(customer.pay_source or "None")
    yield "Tax exempt", ANSWERS[customer.tax_exempt]
    yield "Do not sell", ANSWERS[customer.do_not_sell]
    yield "SMS contact", ANSWERS[customer.sms_contact]
    yield "Email opt-in", ANSWERS[customer.email_opt_in]
    yield from ((f"Custom {name[-1]}", value) for name in CUSTOM if (value := getattr(customer, name)))
    yield from ((attribute.name, attribute_text(attribute)) for attribute in attributes)


def attribute_text(attribute: Attribute) -> str:
    if attribute.kind == AttributeKind.BOOLEAN:
        return ANSWERS[attribute.value == "true"]
    return attribute.value or "empty"


def former_contacts(customer: Customer, records: Iterable[SourceRecord]) -> Iterator[str]:
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
