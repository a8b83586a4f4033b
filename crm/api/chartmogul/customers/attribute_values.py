"""Values of custom attributes: read as the type that the client says, or that the value has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import BaseModel

from crm.api.chartmogul.errors import ApiError, invalid
from crm.api.chartmogul.times import format_time, parse_time
from customers.labels.attributes import AttributeValue
from customers.models import AttributeKind

LONGEST = 255
MOST_DIGITS = 30
LARGEST = 2**63


class AttributeIn(BaseModel):
    """An attribute with its type: String, Integer, Decimal, Timestamp or Boolean. `source` is not stored."""

    type: str
    key: str
    value: Any


def typed_values(custom: Iterable[AttributeIn]) -> dict[str, AttributeValue]:
    return {attribute.key: _read(attribute.key, attribute.type.lower(), attribute.value) for attribute in custom}


def guessed_values(custom: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, AttributeValue]:
    """The values, typed by the kind that the attribute has already, else by their JSON type."""
    values = {key: value["value"] if _is_wrapped(value) else value for key, value in custom.items()}
    return {key: _guess(key, kinds.get(key), value) for key, value in values.items()}


def _is_wrapped(value: Any) -> bool:
    return isinstance(value, dict) and "value" in value


def _guess(key: str, kind: str | None, value: Any) -> AttributeValue:
    if kind:
        try:
            return _read(key, kind, value)
        except ApiError:
            pass
    match value:
        case bool():
            return value
        case int():
            return _read(key, AttributeKind.INTEGER, value)
        case float():
            return _read(key, AttributeKind.DECIMAL, value)
        case _:
            return _read(key, AttributeKind.STRING, value)


def _read(key: str, kind: str, value: Any) -> AttributeValue:
    try:
        return READERS[kind](value)
    except KeyError:
        raise invalid(custom=f"The type of {key} must be String, Integer, Decimal, Timestamp or Boolean.") from None
    except (ValueError, InvalidOperation):
        raise invalid(custom=f"The value of {key} must be {MUST_BE[kind]}.") from None


def _string(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > LONGEST:
        raise ValueError
    return str(value)


def _integer(value: Any) -> int:
    number = _decimal(value)
    if number != number.to_integral_value() or not -LARGEST <= number < LARGEST:
        raise ValueError
    return int(number)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > MOST_DIGITS:
        raise ValueError
    number = Decimal(str(value))
    if not number.is_finite() or not -MOST_DIGITS <= number.adjusted() <= MOST_DIGITS:
        raise ValueError
    return number


def _timestamp(value: Any) -> datetime:
    at = parse_time(value)
    if not isinstance(at, datetime):
        raise ValueError
    return at


def _boolean(value: Any) -> bool:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


READERS: Mapping[str, Callable[[Any], AttributeValue]] = {
    AttributeKind.STRING.value: _string,
    AttributeKind.INTEGER.value: _integer,
    AttributeKind.DECIMAL.value: _decimal,
    AttributeKind.TIMESTAMP.value: _timestamp,
    AttributeKind.BOOLEAN.value: _boolean,
}
MUST_BE = {
    AttributeKind.STRING.value: f"text of {LONGEST} characters or fewer",
    AttributeKind.INTEGER.value: "a whole number",
    AttributeKind.DECIMAL.value: f"a number of {MOST_DIGITS} digits or fewer",
    AttributeKind.TIMESTAMP.value: "a time such as 2016-01-15T12:00:00Z",
    AttributeKind.BOOLEAN.value: "true or false",
}


def serialize_value(value: AttributeValue) -> str | int | float | bool | None:
    match value:
        case Decimal():
            return float(value)
        case datetime():
            return format_time(value)
        case _:
            return value
