"""Text that people and programs send: whether it can be stored, and emails and websites in their usual form."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from email_validator import EmailNotValidError, validate_email


def clean_email(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise ValidationError("Enter an email such as name@example.com.") from None


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
