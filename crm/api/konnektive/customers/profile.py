"""The fields of a profile as parameters of this dialect, and as it answers them."""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, create_model

from crm.api.konnektive.fields import Email, Parameters, Truth, at_most, refuse_unstorable
from crm.api.konnektive.formats import format_flag
from crm.api.profile_fields import KONNEKTIVE
from customers.models import Customer
from customers.profile.fields import BY_KEY, FieldKind, ProfileField

Declared = TypeVar("Declared", bound=Parameters)
TRUTHS = (FieldKind.CONSENT, FieldKind.FLAG)


def with_profile_fields(parameters: type[Declared]) -> type[Declared]:
    """`parameters` with each field that has a name in this dialect, under its key; None where it is not sent."""
    fields: dict[str, Any] = {
        key: (_type(BY_KEY[key]) | None, Field(None, alias=name)) for key, name in KONNEKTIVE.names.items()
    }
    return create_model(parameters.__name__, __base__=parameters, __module__=parameters.__module__, **fields)


def _type(field: ProfileField) -> Any:
    if field.kind in TRUTHS:
        return Truth
    if field.kind is FieldKind.EMAIL:
        return Email
    return Annotated[str, at_most(getattr(Customer, field.key).field.max_length), AfterValidator(refuse_unstorable)]


def read_profile(sent: Parameters) -> dict[str, Any]:
    return {key: getattr(sent, key) for key in KONNEKTIVE.names}


def serialize_profile(customer: Customer) -> dict[str, Any]:
    values = {key: getattr(customer, key) for key in KONNEKTIVE.names}
    return {
        KONNEKTIVE.names[key]: format_flag(value) if BY_KEY[key].kind in TRUTHS else value
        for key, value in values.items()
    }
