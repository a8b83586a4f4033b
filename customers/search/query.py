"""Queries that have one meaning only: a phone in any format, an email, the last four digits of a card."""

import re
from dataclasses import dataclass

from customers.lib.emails import normal_email
from customers.lib.phones.digits import phone_digits
from customers.lib.phones.normal_form import first_whole_number
from customers.lib.phones.written import readable_phone
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
FEWEST_LAST_DIGITS = 4
CALLED = re.compile(
    r"(?:(?P<kind>order|invoice|customer|client)\b\s*(?:number|no\.?|nr\.?)?\s*(?:[#№:]\s*|(?<=\s))|[#№]\s*)"
    r"(?P<number>[^\s#№:]*\d[^\s#№:]*)",
    re.IGNORECASE,
)
"""“#56732E”, “order 56732E”, “customer no. 30”."""
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


@dataclass(frozen=True)
class CalledNumber:
    """“order 56732E” is `of_order`, “customer 30” `of_customer`, “#30” of either."""

    number: str
    of_order: bool = False
    of_customer: bool = False


def called_number(text: str) -> CalledNumber | None:
    """The number of “order 56732E” or “#56732E”, as a caller says it."""
    match = CALLED.fullmatch(text)
    if not match:
        return None
    kind = (match["kind"] or "").lower()
    return CalledNumber(match["number"], kind in ("order", "invoice"), kind in ("customer", "client"))


def last_digits(text: str) -> str:
    """The digits of a text that may be the end of a phone; "" of others."""
    digits = "".join(re.findall(r"\d", text))
    is_part = len(digits) >= FEWEST_LAST_DIGITS and not re.search(r"[^\d\s().\-/]", text)
    return digits if is_part else ""


def is_part_of_phone(text: str) -> bool:
    return bool(last_digits(text)) and not first_whole_number(text)


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
        number = first_whole_number(text)
        # With blanks or a + it can only be a phone; plain digits may also be an external id.
        if text.isdigit() or not (number or last_digits(text)):
            return ""
        return f"phone {readable_phone(number)}" if number else f"phone ending in {last_digits(text)}"
    return f"email {isolated(email)}" if " " not in text and (email := normal_email(text)) else ""
