"""The customer of a row: the identity as the intake takes it in, and the profile that a new customer gets.

An order comes in whatever its email is, as it does from a shop; a customer whose email is none is refused, because it
would be a customer that nobody can write to and nothing recognises.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from customers.lib.addresses.address import PARTS, Address
from customers.lib.addresses.countries import country_code
from customers.lib.identity import Identity
from customers.lib.names import label_key
from customers.lib.person_name import split_name
from customers.models import DataSource, SourceRecord
from customers.models.source import OWN_ID
from customers.profile.clean import clean
from customers.profile.fields import BY_KEY, FIELDS, OF_CUSTOMER, FieldKind, ProfileField
from orders.imports.cells import statuses
from orders.imports.cells.cell import CellError, shown
from orders.imports.columns.fields import BILLING, CONSENT, CUSTOMER, SHIPPING
from orders.imports.columns.fields import BY_KEY as BY_TARGET
from orders.imports.rows.values import Values
from orders.intake.order import IncomingCustomer, clean_customer

LONGEST_NAME = SourceRecord.longest("first_name")
NOBODY = "This row has no name, email, phone or ID. Fill in one of them."
OF_IDENTITY = ("first_name", "last_name", "company", "email", "phone")
ADDRESSES = ("billing_address", "shipping_address")
GROUPS = (CUSTOMER, BILLING, SHIPPING, CONSENT)
MOST_KNOWN = 1_000
"""So many customers are remembered: the rows of one stand near each other."""
FURTHER = tuple(f for f in FIELDS if f.kind not in OF_CUSTOMER and f.key not in (*OF_IDENTITY, *ADDRESSES))


class ReadCustomer(NamedTuple):
    customer: IncomingCustomer
    profile: dict[str, Any]
    beside: dict[str, Any]


class CustomerReader:
    """`targets` are those of the file: what it has no column for is not looked for in each row."""

    def __init__(self, source: DataSource, targets: Collection[str], *, is_strict: bool) -> None:
        self.source, self._is_strict = source, is_strict
        self._further = [f for f in FURTHER if not {f.key, f"not_{f.key}"}.isdisjoint(targets)]
        self._words: dict[str, dict[str, int]] = {
            field.key: {entry.word: entry.pk for entry in field.entries}
            for field in self._further
            if field.kind is FieldKind.LISTED
        }
        self._parts = {key: [part for part in PARTS if f"{key}.{part}" in targets] for key in ADDRESSES}
        self.compared = sorted(target for target in targets if BY_TARGET[target].group in GROUPS)
        self._known: dict[tuple[str | None, ...], ReadCustomer] = {}

    def read(self, values: Values) -> ReadCustomer:
        """The same for all rows that say the same of their customer."""
        said = tuple(map(values.cells.get, self.compared))
        if (known := self._known.get(said)) is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[said] = known = self._read(values)
        return known

    def _read(self, values: Values) -> ReadCustomer:
        billing, shipping = (_address(values, key, parts) for key, parts in self._parts.items())
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
        if not (customer.external_id or any(getattr(customer.identity, key) for key in OF_IDENTITY)):
            raise CellError(NOBODY)
        profile = self._profile(customer, values)
        lead_created = values.time("lead_created_at")
        return ReadCustomer(customer, profile, {"lead_created_at": lead_created} if lead_created else {})

    def _profile(self, customer: IncomingCustomer, values: Values) -> dict[str, Any]:
        profile: dict[str, Any] = {}
        for key in OF_IDENTITY:
            if (text := getattr(customer.identity, key)) and (cleaned := self._cleaned(key, text, values)):
                profile[key] = cleaned
        for key in ADDRESSES:
            if address := getattr(customer, key):
                profile[key] = address
        for field in self._further:
            if (value := self._value(values, field)) is not None:
                profile[field.key] = value
        return profile

    def _value(self, values: Values, field: ProfileField) -> Any:
        if field.kind is FieldKind.LISTED:
            return values.read(field.key, lambda text: self._entry(field, text))
        return _value(values, field)

    def _entry(self, field: ProfileField, text: str) -> int:
        """The entry of a list that has this name, in any spelling; also a retired one."""
        if (entry := self._words[field.key].get(label_key(text))) is None:
            raise CellError(f"{shown(text)} is in no list. Add it in Settings, Sales lists, or leave the column out.")
        return entry

    def _cleaned(self, key: str, text: str, values: Values) -> str:
        try:
            return str(clean(BY_KEY[key], text))
        except ValidationError:
            # Of the identity only an email can be wrong: the intake has checked what can be stored.
            if self._is_strict:
                email = f"{values.formats.headers['email']}: {shown(text)}"
                raise CellError(f"{email} is no email address. Correct it, or leave the cell empty.") from None
            return ""


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


def _address(values: Values, key: str, parts: Sequence[str]) -> Address:
    address = {part: text for part in parts if (text := values.cells.get(f"{key}.{part}"))}
    if country := address.get("country"):
        address["country"] = country_code(country) or country
    return address


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
