"""A value of each field of a profile by its kind, so that tests cover fields that are added later."""

from typing import Any

from customers.models import Customer, PaySource
from customers.profile.edit import edit_profile
from customers.profile.fields import FIELDS, FieldKind, ProfileField
from tests.factories.customers import SourceRecordFactory
from tests.factories.lists import make_entry


def with_every_field() -> Customer:
    """A customer with a value in each field, none of them the blank one."""
    customer = SourceRecordFactory().customer
    card = PaySource.objects.create(source_record=customer.records.get(), brand="VISA", last_four="4242")
    values = {field.key: _value(field, card) for field in FIELDS}
    return edit_profile(customer, values, version=customer.version, by=None, via="page")


def _value(field: ProfileField, card: PaySource) -> Any:
    host = f"{field.key.replace('_', '-')}.example.org"
    match field.kind:
        case FieldKind.TEXT | FieldKind.LOGIN | FieldKind.PASSWORD:
            return f"The {field.label.lower()}"
        case FieldKind.EMAIL:
            return f"bea@{host}"
        case FieldKind.PHONE:
            return "+420 241 770 449"
        case FieldKind.WEBSITE:
            return f"https://{host}"
        case FieldKind.ADDRESS:
            return {"line1": f"At the {field.label.lower()} 12", "city": "Brno", "country": "CZ"}
        case FieldKind.CONSENT | FieldKind.FLAG:
            return True
        case FieldKind.CHOICE:
            return field.choices[1][0]
        case FieldKind.PAY_SOURCE:
            return card.pk
        case FieldKind.LISTED:
            assert field.listed
            return make_entry(field.listed, f"The {field.label.lower()}").pk
