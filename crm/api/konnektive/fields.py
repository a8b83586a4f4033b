"""Parameters of a call: the class to declare them in, and the types of values.

The parameter `campaignId` is the attribute `campaign_id`. All values are sent as text. A type that reads a text by a
function of its own says with `written` what such a text is, for the OpenAPI document.
"""

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Annotated, get_args

from django.core.exceptions import ValidationError
from django.utils import timezone
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.alias_generators import to_camel

from customers.lib.money import currency_refusal
from customers.lib.text import can_be_stored, clean_email

EARLIEST, LATEST = 1900, 2199
# Konnektive's documented limit for `message` of Add Note. The shared limit of a note, LONGEST_NOTE, is higher.
LONGEST_MESSAGE = 500
WITH_SLASHES = re.compile("(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4}|[0-9]{2})")
WITH_DASHES = re.compile("(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
DAY = "[0-9]{1,2}/[0-9]{1,2}/([0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
AMOUNT = r"[0-9]{1,10}(\.[0-9]{1,3})?"
LARGEST_WHOLE = 10**18 - 1
TRUTHS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


class JsonTruth(str):
    """`true` or `false` of a JSON body, as it would be written in a form."""

    __slots__ = ()


class Parameters(BaseModel):
    """Undeclared parameters are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore", hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_truth(cls, sent: object, info: ValidationInfo) -> object:
        """A first name is not `true`: a program that sends that has read its own data wrongly."""
        if isinstance(sent, JsonTruth) and not _takes_truth(cls.model_fields[str(info.field_name)].annotation):
            raise ValueError("Send a text or a number, not true or false.")
        return sent


def _takes_truth(annotation: object) -> bool:
    return annotation is bool or bool in get_args(annotation)


class DoneOnce(Parameters):
    """Of a call that keeps its Idempotency-Key with what it does; a repeat is answered by what became of that."""


def parse_day(text: str) -> date:
    """MM/DD/YYYY, M/D/YY or YYYY-MM-DD; a time after it is ignored."""
    day_text = re.split(r"[T\s]", text.strip(), maxsplit=1)[0]
    if match := WITH_SLASHES.fullmatch(day_text) or WITH_DASHES.fullmatch(day_text):
        year, month, day = (int(match[part]) for part in ("year", "month", "day"))
        year += 2000 if len(match["year"]) == 2 else 0
        if EARLIEST <= year <= LATEST and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
            return date(year, month, day)
    raise ValueError("Use a date such as 01/31/2026 or 2026-01-31.")


def parse_whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text.strip()):
        raise ValueError("Use a whole number.")
    return int(text)


def parse_wholes(text: str) -> list[int]:
    """In the order sent, without duplicates."""
    return list(dict.fromkeys(parse_whole(part) for part in text.split(",")))


def parse_truth(text: str) -> bool:
    if (value := TRUTHS.get(text.strip().lower())) is None:
        raise ValueError("Use 1 or 0.")
    return value


def parse_amount(text: str) -> Decimal:
    if not re.fullmatch(AMOUNT, text.strip()):
        raise ValueError("Use an amount such as 29.99, zero or more.")
    return Decimal(text.strip())


def refuse_unstorable(text: str) -> str:
    if not can_be_stored(text):
        raise ValueError("Remove the character that cannot be stored.")
    return text


def refuse_no_email(text: str) -> str:
    try:
        clean_email(text)
    except ValidationError as error:
        raise ValueError(error.message) from None
    return text


def refuse_unknown_currency(text: str) -> str:
    """Orders are imported as they are placed, so the currency is one of today."""
    if refusal := currency_refusal(text.upper(), on=timezone.localdate()):
        raise ValueError(refusal)
    return text.upper()


def written(kind: str, *, example: str = "", **rules: object) -> WithJsonSchema:
    """How a value is written, in JSON Schema."""
    return WithJsonSchema({"type": kind, **rules} | ({"description": f"Such as {example}"} if example else {}))


def at_most(length: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, max_length=length)


Text = Annotated[str, at_most(200), AfterValidator(refuse_unstorable)]
Word = Annotated[str, at_most(60), AfterValidator(refuse_unstorable)]
Message = Annotated[str, at_most(LONGEST_MESSAGE), AfterValidator(refuse_unstorable)]
Id = Annotated[str, at_most(255), AfterValidator(refuse_unstorable)]
Email = Annotated[
    str,
    at_most(254),
    AfterValidator(refuse_unstorable),
    AfterValidator(refuse_no_email),
    written("string", format="email", maxLength=254),
]
Currency = Annotated[
    str,
    at_most(3),
    AfterValidator(refuse_unknown_currency),
    written("string", example="USD", pattern="^[A-Za-z]{3}$"),
]
Whole = Annotated[int, BeforeValidator(parse_whole), written("integer", minimum=0, maximum=LARGEST_WHOLE)]
Wholes = Annotated[
    list[int],
    BeforeValidator(parse_wholes),
    written("string", pattern="^[0-9]{1,18}(,[0-9]{1,18})*$", example="12,61"),
]
Truth = Annotated[bool, BeforeValidator(parse_truth), written("string", enum=list(TRUTHS))]
Amount = Annotated[Decimal, BeforeValidator(parse_amount), written("string", example="29.99", pattern=f"^{AMOUNT}$")]
Day = Annotated[
    date, BeforeValidator(parse_day), written("string", example="01/31/2026", pattern=f"^({DAY})([T ].*)?$")
]
Secret = SecretStr  # shown as ***** wherever the parameters are printed
