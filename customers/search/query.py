"""Queries that have one meaning only: a phone in any format, an email, the last four digits of a card."""

import re

from customers.lib.emails import normal_email
from customers.lib.phones import normal_phone, phone_digits, readable_phone
from customers.lib.phrases import isolated

MAX_LENGTH = 200
MAX_WORDS = 8
LONGEST_LIST = 2000
"""Of a list of emails, which is pasted. An address with it still fits into the longest that a server takes."""
MASKED = re.compile(r"(\D+)(\d{4})")
MASK = re.compile(r"[*•·]|xxxx")
SEPARATORS = re.compile(r"[\s,;]+")
EXTENSION = r" ?(?:x|ext\.?) ?\d{1,7}"
PHONE_AMONG_WORDS = re.compile(
    rf"(?<!\S)[+(]?\d[\d().\-/]*(?:(?: [\d().\-/]+)+(?:{EXTENSION})?|{EXTENSION})(?!\S)", re.IGNORECASE
)
CARD_WORDS = {"", "card", "card ending", "card ending in"}


def clean_query(text: str) -> str:
    text = " ".join(text.replace("\x00", "").split())[:LONGEST_LIST]
    return text if len(_emails_in(text)) > 1 else text[:MAX_LENGTH]


def search_parts(text: str) -> list[list[str]]:
    """What a customer must have: one text of each part.

    A part is a word, a phone with its blanks, or all emails: a list of emails finds everybody who has one of them, and
    the names beside them do not count.
    """
    if is_phone(text):
        return [[text]]
    emails = _emails_in(text)
    if len(emails) > 1:
        return [emails]
    words = [word for word in SEPARATORS.split(text) if any(character.isalnum() for character in word)]
    others = " ".join(word for word in words if not normal_email(word))
    phones = [run.strip() for run in PHONE_AMONG_WORDS.findall(others) if is_phone(run)]
    for phone in phones:
        others = others.replace(phone, " ", 1)
    parts = [*others.split(), *phones, *emails]
    return [[part] for part in parts[:MAX_WORDS]]


def _emails_in(text: str) -> list[str]:
    return list(dict.fromkeys(email for word in SEPARATORS.split(text) if (email := normal_email(word))))


def is_phone(text: str) -> bool:
    number = re.sub(f"{EXTENSION}$", "", text, flags=re.IGNORECASE)
    return bool(phone_digits(text)) and not any(c.isalpha() or c == "@" for c in number)


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
