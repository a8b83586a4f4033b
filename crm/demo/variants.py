"""How the marketplace writes customers of the first shop: similar, never the same.

Every variant keeps the email or the phone, so that each duplicate can be found.
"""

from collections.abc import Callable
from dataclasses import replace

import phonenumbers

from customers.lib.identity import Identity
from customers.lib.names import unaccented
from customers.lib.phones.normal_form import comparable_phone


def other_spelling(person: Identity) -> Identity:
    return replace(person, company="", email=person.email.upper(), phone=national(person))


def first_name_only(person: Identity) -> Identity:
    return replace(person, last_name="", company="", email=person.email.title(), phone="")


def initial_and_phone(person: Identity) -> Identity:
    email = "" if person.phone else person.email.upper()
    return replace(person, first_name=f"{person.first_name[0]}.", company="", email=email, phone=national(person))


def private_email(person: Identity) -> Identity:
    """Another email and the same phone; the same email if there is no phone."""
    name = unaccented(f"{person.first_name}.{person.last_name}").replace(" ", "").replace("'", "").replace("ł", "l")
    email = f"{name}@example.net" if person.phone else person.email
    return replace(person, email=email, phone="".join(c for c in person.phone if c in "+0123456789"))


VARIANTS: tuple[Callable[[Identity], Identity], ...] = (
    other_spelling,
    first_name_only,
    initial_and_phone,
    private_email,
)


def national(person: Identity) -> str:
    """The phone without its country code; unchanged if it would then be read as another number."""
    if not person.phone:
        return ""
    number = phonenumbers.parse(person.phone, person.country)
    number_text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    same = comparable_phone(number_text, person.country) == comparable_phone(person.phone, person.country)
    return number_text if same else person.phone
