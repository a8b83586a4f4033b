"""What parameters a call takes: a class that declares them, and the kinds of values there are.

A parameter `campaignId` is the attribute `campaign_id`. Everything arrives as text.
"""

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Annotated

from django.core.exceptions import ValidationError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr, StringConstraints
from pydantic.alias_generators import to_camel

from customers.lib.money import CURRENCIES
from customers.lib.text import can_be_stored, clean_email

EARLIEST, LATEST = 1900, 2199
WITH_SLASHES = re.compile("(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4}|[0-9]{2})")
WITH_DASHES = re.compile("(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
TRUTHS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


class Parameters(BaseModel):
    """The parameters of a call, by name; whatever else is sent is ignored."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore", hide_input_in_errors=True)


def read_day(text: str) -> date:
    """MM/DD/YYYY, M/D/YY or YYYY-MM-DD. A time after it is ignored: every question is about whole days."""
    written = re.split(r"[T\s]", text.strip(), maxsplit=1)[0]
    if found := WITH_SLASHES.fullmatch(written) or WITH_DASHES.fullmatch(written):
        year, month, day = (int(found[part]) for part in ("year", "month", "day"))
        year += 2000 if len(found["year"]) == 2 else 0
        # The calendar has the last word on 31 February.
        if EARLIEST <= year <= LATEST and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
            return date(year, month, day)
    raise ValueError("Use a date such as 01/31/2026 or 2026-01-31.")


def read_whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text.strip()):
        raise ValueError("Use a whole number.")
    return int(text)


def read_wholes(text: str) -> list[int]:
    """Each once, in the order in which they came."""
    return list(dict.fromkeys(read_whole(part) for part in text.split(",")))


def read_truth(text: str) -> bool:
    if (said := TRUTHS.get(text.strip().lower())) is None:
        raise ValueError("Use 1 or 0.")
    return said


def read_amount(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,3})?", text.strip()):
        raise ValueError("Use an amount such as 29.99, zero or more.")
    return Decimal(text.strip())


def refuse_unstorable(text: str) -> str:
    if not can_be_stored(text):
        raise ValueError("Remove the character that cannot be stored.")
    return text


def refuse_no_email(text: str) -> str:
    """As it was written, if it can be written to."""
    try:
        clean_email(text)
    except ValidationError as error:
        raise ValueError(error.message) from None
    return text


def refuse_unknown_currency(text: str) -> str:
    if text.upper() not in CURRENCIES:
        raise ValueError("Use a currency such as USD.")
    return text.upper()


def at_most(length: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, max_length=length)


Text = Annotated[str, at_most(200), AfterValidator(refuse_unstorable)]
Word = Annotated[str, at_most(60), AfterValidator(refuse_unstorable)]
Message = Annotated[str, at_most(500), AfterValidator(refuse_unstorable)]
Id = Annotated[str, at_most(255), AfterValidator(refuse_unstorable)]
Email = Annotated[str, at_most(254), AfterValidator(refuse_unstorable), AfterValidator(refuse_no_email)]
Currency = Annotated[str, at_most(3), AfterValidator(refuse_unknown_currency)]
Whole = Annotated[int, BeforeValidator(read_whole)]
Wholes = Annotated[list[int], BeforeValidator(read_wholes)]
"""Several, with commas between them."""
Truth = Annotated[bool, BeforeValidator(read_truth)]
Amount = Annotated[Decimal, BeforeValidator(read_amount)]
Day = Annotated[date, BeforeValidator(read_day)]
Secret = SecretStr
"""A value that must not be seen where the parameters are."""
