"""The values of a profile as its page shows them."""

from collections.abc import Iterable, Iterator

from customers.lib.identity import fold, normal_email, normal_phone
from customers.models import (
    Attribute,
    AttributeKind,
    Customer,
    SourceRecord,
)
from customers.profile.clean import ANSWERS, same
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
    spellings: set[str] = set()
    for record in records:
        for key, normal in (
            ("email", normal_email(record.email)),
            ("phone", normal_phone(record.phone, record.country)),
        ):
            value = getattr(record, key)
            spelling = normal or fold(value)
            if value and spelling not in spellings and not _in_profile(customer, key, value, record.country):
                spellings.add(spelling)
                yield value


def _in_profile(customer: Customer, key: str, value: str, country: str) -> bool:
    return same(BY_KEY[key], value, getattr(customer, key), country=country)
