"""The smaller things a profile says, labelled, for reading."""

from collections.abc import Iterable, Iterator

from customers.models import Attribute, AttributeKind, Customer
from customers.profile.clean import ANSWERS

CUSTOM = tuple(f"custom{n}" for n in range(1, 6))


def other_info(customer: Customer, attributes: Iterable[Attribute]) -> Iterator[tuple[str, str]]:
    """(label, value); of a password only whether there is one. What is empty is left out where it may well be."""
    yield "Shop login", str(customer.cart_login or "None")
    yield "Shop password", "Set" if customer.cart_password_id else "Not set"
    yield "Pays with", str(customer.pay_source or "Nothing yet")
    yield "Tax exempt", ANSWERS[customer.tax_exempt]
    yield "Do not sell", ANSWERS[customer.do_not_sell]
    yield "SMS contact", ANSWERS[customer.sms_contact]
    yield "E-mail opt-in", ANSWERS[customer.email_opt_in]
    yield from ((f"Custom {name[-1]}", value) for name in CUSTOM if (value := getattr(customer, name)))
    yield from ((attribute.name, written(attribute)) for attribute in attributes)


def written(attribute: Attribute) -> str:
    if attribute.kind == AttributeKind.BOOLEAN:
        return ANSWERS[attribute.value == "true"]
    return attribute.value or "empty"
