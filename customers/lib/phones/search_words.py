"""The words by which a search finds telephone numbers; none is a match key."""

import phonenumbers
from phonenumbers import PhoneNumberFormat

from customers.lib.phones.digits import digits_in
from customers.lib.phones.normal_form import phones_in
from customers.lib.phones.plain_numbers import plain_dialled
from customers.lib.phones.written import without_extension


def phone_words(text: str, country: str = "") -> set[str]:
    """What a search finds the whole numbers by, which is no match key: as dialled within their country.

    020 7946 0018 finds +44 20 7946 0018, wherever the searcher is, and so does 20 7946 0018: people leave out the 0, 8
    or 06 that is dialled before an area. A number with an extension is found without it too.
    """
    words: set[str] = set()
    for phone in phones_in(text, country):
        if phone.number:
            number = without_extension(phone.number)
            national, significant = plain_dialled(number) or dialled_by_library(number)
            words |= {as_dialled(national), as_dialled(significant)} | ({number} - {phone.number})
    return words


def dialled_by_library(number: str) -> tuple[str, str]:
    parsed = phonenumbers.parse(number)
    national = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    return digits_in(national), phonenumbers.national_significant_number(parsed)


def as_dialled(text: str) -> str:
    """The search word of a number as it is dialled. No beginning of a name or another number finds it."""
    return f"={digits_in(text)}"


def phone_endings(text: str, country: str = "") -> set[str]:
    """The search words by which the last digits of a number find it, whatever area or country stands before them."""
    written = (without_extension(phone.number) or phone.digits for phone in phones_in(text, country))
    return {ending(number) for number in written}


def ending(text: str) -> str:
    """The digits backwards, so that the last of them are a beginning. No word of a name begins so."""
    return f"<{digits_in(text)[::-1]}"
