"""Queries that have one meaning only: a phone in any format, an email, the last four digits of a card."""

import re

from customers.lib.identity import normal_email, normal_phone, phone_digits, readable_phone
from customers.lib.phrases import isolated

MAX_LENGTH = 200
MAX_WORDS = 8
MASKED = re.compile(r"(\D+)(\d{4})")
MASK = re.compile(r"[*•·]|xxxx")
CARD_WORDS = {"", "card", "card ending", "card ending in"}


def clean_query(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:MAX_LENGTH]


def whole_or_words(text: str) -> list[str]:
    return [text] if is_phone(text) else text.split()[:MAX_WORDS]


def is_phone(text: str) -> bool:
    return bool(phone_digits(text)) and not any(c.isalpha() or c == "@" for c in text)


def last_four(text: str) -> str:
    """The digits of “•••• 4242”, “*4242” or “card 4242”; "" of other texts, also of four digits alone."""
    match = MASKED.fullmatch(text)
    if not match:
        return ""
    before = match[1].casefold()
    called = " ".join(MASK.sub(" ", before).replace("-", " ").replace(".", " ").split())
    return match[2] if called in CARD_WORDS and (called or MASK.search(before)) else ""


def parse_query(text: str) -> str:
    """The one thing that `text` can be, such as “phone +1 817-924-7272”; "" when it can be several."""
    if four := last_four(text):
        return f"card ending in {four}"
    if is_phone(text):
        number = normal_phone(text)
        # With blanks or a + it can only be a phone; plain digits may also be an external id.
        return f"phone {readable_phone(number)}" if number and not text.isdigit() else ""
    return f"email {isolated(email)}" if " " not in text and (email := normal_email(text)) else ""
