"""The customer of a row: the identity as the intake takes it in, and the profile that a new customer gets.

An order comes in whatever its email is, as it does from a shop; a customer whose email is none is refused, because it
would be a customer that nobody can write to and nothing recognises.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from customers.lib.address import PARTS, Address
from customers.lib.countries import country_code
from customers.lib.identity import Identity
from customers.lib.person_name import split_name
from customers.models import DataSource, SourceRecord
from customers.models.source import OWN_ID
from customers.profile.clean import clean
from customers.profile.fields import BY_KEY, FIELDS, REFERENCES, FieldKind, ProfileField
from orders.imports import statuses
from orders.imports.cells import CellError, shown
from orders.imports.values import Values
from orders.intake.order import IncomingCustomer, clean_customer

LONGEST_NAME = SourceRecord.longest("first_name")
NOBODY = "This row has no name, email, phone or ID. Fill in one of them."
OF_IDENTITY = ("first_name", "last_name", "company", "email", "phone")
ADDRESSES = ("billing_address", "shipping_address")
FURTHER = tuple(f for f in FIELDS if f.kind not in REFERENCES and f.key not in (*OF_IDENTITY, *ADDRESSES))


@dataclass(frozen=True)
class ReadCustomer:
    customer: IncomingCustomer
    profile: dict[str, Any]
    beside: dict[str, Any]


class CustomerReader:
    def __init__(self, source: DataSource, *, is_strict: bool) -> None:
        self.source, self._is_strict = source, is_strict

    def read(self, values: Values) -> ReadCustomer:
        billing, shipping = (_address(values, key) for key in ADDRESSES)
        first_name, last_name = _names(values)
        customer = IncomingCustomer(
            data_source=self.source,
            identity=Identity(
                first_name=first_name,
                last_name=last_name,
                company=values.text("company"),
                email=values.text("email"),
                phone=values.digits("phone"),
                country=billing.get("country") or shipping.get("country", ""),
            ),
            external_id=_external_id(values),
            billing_address=billing,
            shipping_address=shipping,
        )
        customer = clean_customer(customer)
        identity = {key: getattr(customer.identity, key) for key in OF_IDENTITY}
        if not (customer.external_id or any(identity.values())):
            raise CellError(NOBODY)
        profile = {key: value for key, value in identity.items() if value}
        profile |= {key: value for key in ADDRESSES if (value := getattr(customer, key))}
        profile |= dict(_further(values))
        if "email" in profile:
            self._clean_email(profile, values)
        lead_created = values.time("lead_created_at")
        return ReadCustomer(customer, profile, {"lead_created_at": lead_created} if lead_created else {})

    def _clean_email(self, profile: dict[str, Any], values: Values) -> None:
        try:
            profile["email"] = clean(BY_KEY["email"], profile["email"])
        except ValidationError:
            if self._is_strict:
                email = f"{values.formats.headers['email']}: {shown(profile['email'])}"
                raise CellError(f"{email} is no email address. Correct it, or leave the cell empty.") from None
            del profile["email"]


def _external_id(values: Values) -> str:
    external_id = values.identifier("customer_id")
    if OWN_ID.fullmatch(external_id):
        header = values.formats.headers["customer_id"]
        raise CellError(f"{header}: IDs such as {external_id} are given here. Use the ID of the other system.")
    return external_id


def _names(values: Values) -> tuple[str, str]:
    first, last = values.text("first_name"), values.text("last_name")
    full = values.text("full_name") or values.text("shipping_name")
    return split_name(full, longest=LONGEST_NAME) if full and not (first or last) else (first, last)


def _address(values: Values, key: str) -> Address:
    address = {part: text for part in PARTS if (text := values.cells.get(f"{key}.{part}"))}
    if country := address.get("country"):
        address["country"] = country_code(country) or country
    return address


def _further(values: Values) -> Iterator[tuple[str, Any]]:
    for field in FURTHER:
        if (value := _value(values, field)) is not None:
            yield field.key, value


def _value(values: Values, field: ProfileField) -> Any:
    match field.kind:
        case FieldKind.CONSENT:
            answer, refused = values.answer(field.key), values.answer(f"not_{field.key}")
            return answer if refused is None else not refused
        case FieldKind.FLAG:
            return values.answer(field.key)
        case FieldKind.CHOICE:
            return values.read(field.key, lambda text: statuses.choice(field.key, text))
    return values.read(field.key, lambda text: _clean(field, text))


def _clean(field: ProfileField, text: str) -> Any:
    try:
        return clean(field, text)
    except ValidationError as error:
        raise CellError(f"{shown(text)} cannot be stored. {error.message}") from None
