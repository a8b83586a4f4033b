"""Values of a profile: cleaned before they are stored, compared, and written as text."""

from collections.abc import Hashable, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from customers.lib import sentences
from customers.lib.addresses.address import PART_LENGTH, address, address_lines
from customers.lib.identity import comparable_email
from customers.lib.names import has_visible_text
from customers.lib.phones.digits import FEWEST_DIGITS
from customers.lib.phones.normal_form import comparable_phone, is_possible_phone
from customers.lib.sentences import Value
from customers.lib.text import can_be_stored, clean_email, clean_website
from customers.models import CartLogin, Customer, PaySource
from customers.profile.fields import FIELDS, FieldKind, ProfileField

LONGEST_LOGIN = 150
OF_TEXT: Mapping[str, int] = {
    field.key: getattr(Customer, field.key).field.max_length
    for field in FIELDS
    if field.kind in (FieldKind.TEXT, FieldKind.EMAIL, FieldKind.PHONE, FieldKind.WEBSITE)
}
"""{key: the most characters} of the fields whose values are texts."""
ANSWERS = {True: "Yes", False: "No", None: "Not set"}


def clean(field: ProfileField, value: Any) -> Any:
    if field.key in OF_TEXT:
        return _clean_of_text(field, value, length=OF_TEXT[field.key])
    match field.kind:
        case FieldKind.ADDRESS:
            return _clean_address(value)
        case FieldKind.CONSENT | FieldKind.FLAG:
            if value not in (True, False, None) or (value is None and field.kind is FieldKind.FLAG):
                raise ValidationError("Choose yes or no.")
            return value
        case FieldKind.CHOICE:
            if value and value not in dict(field.choices):
                raise ValidationError("Choose one of the listed options.")
            return value
        case FieldKind.LISTED:
            if value is not None and not field.entries.filter(pk=value).exists():
                raise ValidationError("Choose one of the listed options.")
            return value
        case FieldKind.LOGIN if isinstance(value, str):
            return _clean_text(value, length=LONGEST_LOGIN)
    return value


def _clean_of_text(field: ProfileField, value: Any, *, length: int) -> str:
    text = _clean_text(value, length=length)
    if field.kind is FieldKind.EMAIL and text:
        return clean_email(text)
    if field.kind is FieldKind.WEBSITE and text:
        return _clean_text(clean_website(text), length=length)
    return text


def clean_typed(field: ProfileField, value: Any) -> Any:
    """As `clean`, and a phone must be one. A data source may send any phone, which is kept as it is."""
    cleaned = clean(field, value)
    if field.kind is FieldKind.PHONE and cleaned and not is_possible_phone(cleaned):
        raise ValidationError(f"Enter a phone number of {FEWEST_DIGITS} digits or more, such as +1 817 924 7272.")
    return cleaned


def _clean_text(value: Any, *, length: int) -> str:
    text = str(value).strip()
    if text.isascii() and text.isprintable() and len(text) <= length:
        return text
    if not has_visible_text(text) and can_be_stored(text):
        return ""
    if not can_be_stored(text):
        raise ValidationError("Remove the character that cannot be stored.")
    if len(text) > length:
        raise ValidationError(f"Use {length} characters or fewer. This has {len(text)}.")
    return text


def _clean_address(parts: dict[str, str]) -> dict[str, str]:
    return {key: _clean_text(part, length=PART_LENGTH) for key, part in address(parts).items()}


def comparable(field: ProfileField, value: Any, *, country: str) -> Hashable:
    """Values that a person would call the same are equal in this: emails and phones, regardless of formatting."""
    match field.kind:
        case FieldKind.EMAIL:
            return comparable_email(value)
        case FieldKind.PHONE:
            return comparable_phone(value, country)
        case FieldKind.ADDRESS:
            return tuple(sorted(value.items()))
        case _:
            return str(value)


def as_text(field: ProfileField, value: Any) -> str:
    """The value on one line; "" when there is none. Of a password only whether it is set."""
    match field.kind:
        case FieldKind.ADDRESS:
            return ", ".join(address_lines(value or {}))
        case FieldKind.CONSENT | FieldKind.FLAG:
            return ANSWERS[value]
        case FieldKind.CHOICE:
            return field.label_of(value)
        case FieldKind.PASSWORD:
            return "Set" if value else ""
        case FieldKind.LOGIN:
            return str(CartLogin.objects.filter(pk=value).first() or "") if value else ""
        case FieldKind.LISTED:
            return str(field.entries.filter(pk=value).first() or "") if value else ""
        case FieldKind.PAY_SOURCE:
            return str(PaySource.objects.filter(pk=value).first() or "") if value else ""
        case _:
            return str(value)


def change_in_words(field: ProfileField, before: Any, after: Any) -> Value:
    """A change as history keeps it; of a password only that it changed."""
    if field.kind is FieldKind.PASSWORD:
        return {"field": field.key, "label": field.label}
    return sentences.change(field.key, field.label, as_text(field, before), as_text(field, after))
