"""How a whole number in E.164 is written and dialled."""

import phonenumbers
from phonenumbers import PhoneNumberFormat

from customers.lib.phones.digits import FEWEST_DIGITS, digits_in

BEFORE_EXTENSION = ";ext="


def without_extension(number: str) -> str:
    """A whole number in E.164 as it is dialled before its extension."""
    return number.partition(BEFORE_EXTENSION)[0]


def digits_of_number(number: str) -> set[str]:
    """The digits that people write for a whole number in E.164: as dialled in its country, and from abroad."""
    parsed = phonenumbers.parse(without_extension(number))
    abroad = digits_in(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))
    national = digits_in(phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL))
    significant = phonenumbers.national_significant_number(parsed)
    digits = {abroad, f"00{abroad}", f"011{abroad}", national, significant}
    return {written for written in digits if len(written) >= FEWEST_DIGITS}


def subscriber_digits(number: str) -> str:
    """What is dialled behind the area code; the last seven digits where it is not known or longer than the rest."""
    parsed = phonenumbers.parse(number)
    significant = phonenumbers.national_significant_number(parsed)
    behind = significant[phonenumbers.length_of_national_destination_code(parsed) :]
    return behind if FEWEST_DIGITS <= len(behind) < len(significant) else significant[-FEWEST_DIGITS:]


def readable_phone(number: str) -> str:
    return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)
