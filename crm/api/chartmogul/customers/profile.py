"""The fields of a profile in requests of this dialect, and as it answers them."""

from typing import Any, TypeVar

from ninja import Schema
from pydantic import create_model

from crm.api.profile_fields import CHARTMOGUL
from customers.models import Customer
from customers.profile.fields import BY_KEY, FieldKind

Described = TypeVar("Described", bound=Schema)
NEVER_NULL = ("email", "company")
"""Answered as an empty text where there is none; others are null then."""


def with_profile_fields(schema: type[Described]) -> type[Described]:
    """The schema of a request with each field that has a name in this dialect."""
    return _extended(schema, {name: (_type(key) | None, None) for key, name in CHARTMOGUL.names.items()})


def with_profile_answers(schema: type[Described]) -> type[Described]:
    """The schema of an answer with each field that has a name in this dialect."""
    types = {name: _type(key) if key in NEVER_NULL else _type(key) | None for key, name in CHARTMOGUL.names.items()}
    return _extended(schema, {name: (kind, ...) for name, kind in types.items()})


def _extended(schema: type[Described], fields: dict[str, Any]) -> type[Described]:
    return create_model(
        schema.__name__, __base__=schema, __module__=schema.__module__, __doc__=schema.__doc__, **fields
    )


def _type(key: str) -> Any:
    return bool if BY_KEY[key].kind in (FieldKind.CONSENT, FieldKind.FLAG) else str


def read_profile(sent: dict[str, Any]) -> dict[str, Any]:
    """{field: value} of what was sent; null empties a field."""
    named = {key: sent[name] for key, name in CHARTMOGUL.names.items() if name in sent}
    return {key: BY_KEY[key].blank if value is None else value for key, value in named.items()}


def serialize_profile(customer: Customer) -> dict[str, Any]:
    values = {key: getattr(customer, key) for key in CHARTMOGUL.names}
    return {
        CHARTMOGUL.names[key]: None if value == "" and key not in NEVER_NULL else value for key, value in values.items()
    }
