"""The values that an order keeps under the names they were sent with: affiliate, source values, custom values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import Field, create_model

from crm.api.konnektive.errors import invalid
from crm.api.konnektive.fields import Parameters, Text, refuse_unstorable

Declared = TypeVar("Declared", bound=Parameters)

NAMES = (
    "affId",
    *(f"sourceValue{n}" for n in range(1, 6)),
    *(f"custom{n}" for n in range(1, 6)),
    *("shipFirstName", "shipLastName", "shipCompanyName", "shipProfileId"),
    *("sessionId", "salesUrl", "taxExemption", "insureShipment"),
)
CUSTOM_PREFIX, MOST_CUSTOM = "custom_", 50
LONGEST_VALUE, LONGEST_NAME = 200, 100


def with_details(parameters: type[Declared]) -> type[Declared]:
    """`parameters` with each of NAMES, under that name."""
    fields: dict[str, Any] = {name: (Text, Field("", alias=name)) for name in NAMES}
    return create_model(
        parameters.__name__, __base__=parameters, __module__=parameters.__module__, __doc__=parameters.__doc__, **fields
    )


def details_of(sent: Parameters, parameters: Mapping[str, str]) -> dict[str, str]:
    """{parameter: value} of the values that are not blank; `parameters` have those with a name of the sender's own."""
    named = {name: getattr(sent, name) for name in NAMES}
    return {name: text for name, text in (named | _custom(parameters)).items() if text}


def _custom(parameters: Mapping[str, str]) -> dict[str, str]:
    custom = {name: text.strip() for name, text in parameters.items() if name.startswith(CUSTOM_PREFIX)}
    if len(custom) > MOST_CUSTOM:
        raise invalid(**{list(custom)[MOST_CUSTOM]: f"Send at most {MOST_CUSTOM} custom values."})
    if errors := {name: message for name, text in custom.items() if (message := _refusal(name, text))}:
        raise invalid(**errors)
    return custom


def _refusal(name: str, text: str) -> str:
    if text and (len(text) > LONGEST_VALUE or len(name) > LONGEST_NAME):
        return f"Use {LONGEST_VALUE} characters or fewer for the value and {LONGEST_NAME} for its name."
    try:
        refuse_unstorable(name + text)
    except ValueError as error:
        return str(error)
    return ""
