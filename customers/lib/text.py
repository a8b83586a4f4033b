"""Text that people and programs send: whether it can be stored, and emails and websites in their usual form."""

import re
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from email_validator import EmailNotValidError, validate_email

THIN_BLANK = "\u2009"
"""Between groups of the digits of a telephone number, in files for spreadsheets."""
LONGEST_PLAIN_EMAIL = 254
# The local parts of almost all emails: nothing of them changes, and no other rule speaks of them.
PLAIN_LOCAL = re.compile(r"(?=.{1,64}$)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")


def clean_email(text: str) -> str:
    local, _, domain = text.rpartition("@")
    is_plain = text.isascii() and len(text) <= LONGEST_PLAIN_EMAIL and PLAIN_LOCAL.fullmatch(local)
    cleaned = f"{local}@{clean_domain}" if is_plain and (clean_domain := _clean_domain(domain)) else _validated(text)
    if not cleaned:
        raise ValidationError("Enter an email such as name@example.com.")
    return cleaned


@lru_cache(4096)  # many emails have one domain, and it takes longer than all the rest
def _clean_domain(domain: str) -> str:
    return _validated(f"a@{domain}").partition("@")[2]


def _validated(email: str) -> str:
    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return ""


def clean_website(text: str) -> str:
    # It may become a link, so it must be a page on the web. A bare domain is read as https.
    address = text if "://" in text else f"https://{text}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        address = ""
    # A user name before the host is an email, or a lure: https://bank.example@elsewhere.example.
    if not address or "@" in address:
        raise ValidationError("Enter a website such as https://example.com.")
    return address


def can_be_stored(text: str) -> bool:
    """Without NUL, which PostgreSQL refuses, and without half a surrogate pair, which is not text."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text))


def without_unstorable(text: str) -> str:
    return "".join(character for character in text if can_be_stored(character))
