"""What people and programs write where a name, an email or a phone is asked for and not given.

A placeholder is kept and shown as it was sent, and recognises nobody.
"""

import re
import unicodedata
from configparser import ConfigParser
from functools import lru_cache
from pathlib import Path

from customers.lib.names import name_words
from customers.lib.phones.written import subscriber_digits

FEWEST_REPEATED = 7
FEWEST_IN_ORDER = 9
LONGEST_PHONE = 15
UPWARDS, DOWNWARDS = "0123456789" * 3, "9876543210" * 3
BLOCK_AGAIN = re.compile(r"(\d\d)\1{3,}|(\d{4})\2+|(\d{3})\3\3(?:\d|\3+)|(?:123){3}")
"""Such as 1212121212, 1234 1234 and 123 123 1234, without a country. 602 602 602 is a mobile in several countries."""


def _read_words() -> dict[str, frozenset[str]]:
    lists = ConfigParser(comment_prefixes=(";",))
    lists.read(Path(__file__).with_suffix(".ini"), encoding="utf-8")
    return {name: frozenset(name_words(section["words"])) for name, section in lists.items() if "words" in section}


WORDS = _read_words()
TITLES, DEGREES, NO_NAMES, BESIDE, PHRASES = (
    WORDS[name] for name in ("titles", "degrees", "no names", "beside", "phrases")
)


@lru_cache(4096)  # an act asks several times
def real_name(text: str) -> str:
    """The name without titles and degrees; "" for a placeholder, a title alone and a text without letters."""
    if is_placeholder_name(text):
        return ""
    words = _without_degrees(text).split()
    while len(words) > 1 and name_words(words[0]) and set(name_words(words[0])) <= TITLES:
        words = words[1:]
    return " ".join(words)


def _without_degrees(text: str) -> str:
    words = text.replace(",", ", ").split()
    end = len(words)
    while end > 1 and is_degree(words[end - 1]):
        end -= 1
    return text if end == len(words) else " ".join(words[:end]).rstrip(" ,")


def is_degree(word: str) -> bool:
    """Whether it is put behind a name and is no part of it: PhD, M.D., CSc. “Md” is short for Mohammad."""
    return "".join(name_words(word)) in DEGREES and word.strip(",") != "Md"


def is_placeholder_name(text: str) -> bool:
    """Whether no person is called that: “Guest”, “N/A”, “.”, “Mr”, “xxx”. A blank is none."""
    words = [word for part in name_words(text) if (word := part.rstrip("0123456789"))]
    if not any(c.isalpha() for word in words for c in word):
        return bool(text.strip())
    whole = "".join(words)
    if whole in PHRASES or whole in NO_NAMES or _repeats_one_letter(whole):
        return True
    is_known = [word in NO_NAMES or word in TITLES for word in words]
    return any(is_known) and all(known or word in BESIDE for known, word in zip(is_known, words, strict=True))


def _repeats_one_letter(word: str) -> bool:
    # Scripts of syllables have such names: 丽丽, 나나.
    is_alphabetic = unicodedata.name(word[0], "").startswith(("LATIN", "CYRILLIC", "GREEK"))
    return is_alphabetic and len(set(word)) == 1 and (len(word) > 2 or word == "xx")


NO_ENDINGS = frozenset(["invalid", "local", "localdomain", "localhost", "test"])
SECOND_LEVEL = frozenset(["co", "com", "org", "net", "ac", "gov", "edu"])


def is_placeholder_email(email: str) -> bool:
    """Whether the email, in its normal form, is made up or gets no mail: no@no.no, none@gmail.com, jan@localhost."""
    local, _, domain = email.rpartition("@")
    name = re.sub(r"[^\w]|_|\d+$", "", local)
    site = _site(domain)
    if _gets_no_mail(domain) or local == site or name in WORDS["no mailboxes"] or name + site in PHRASES:
        return True
    is_run = _is_one_character(local, at_least=3) and _is_one_character(site, at_least=1)
    return is_run or (name in WORDS["no ones"] and site in WORDS["made-up sites"] | WORDS["free mail"])


def _gets_no_mail(domain: str) -> bool:
    """Whether no mail from outside gets there: a single word, or an ending that nobody can register."""
    _, dot, ending = domain.rpartition(".")
    return not dot or ending in NO_ENDINGS


def _site(domain: str) -> str:
    """The part of the domain that somebody registered, without its ending; "" below a host of its own."""
    labels = domain.split(".")
    if len(labels) == 1:
        return domain
    *site, _ = labels[:-1] if len(labels) > 2 and labels[-2] in SECOND_LEVEL else labels
    return site[0] if len(site) == 1 else ""


def _is_one_character(text: str, *, at_least: int) -> bool:
    return len(text) >= at_least and len(set(text)) == 1


def is_placeholder_phone(number: str) -> bool:
    """Whether the number, in E.164 or as digits, is made up: one digit repeated at its end, or digits in order.

    A whole number in order is made up; behind a country or an area code it takes nine: 06 12345678 can be dialled.
    """
    digits = number.partition(";")[0].lstrip("+")
    if BLOCK_AGAIN.fullmatch(number):
        return True
    # First the last digits alone: to find where the area code ends is dear.
    if len(set(digits[-FEWEST_REPEATED:])) == 1 and _is_repeated(number, digits):
        return True
    return len(digits) <= LONGEST_PHONE and (_in_order(digits) or _in_order(digits[-FEWEST_IN_ORDER:]))


def _is_repeated(number: str, digits: str) -> bool:
    """Behind the area code: 8888-8888 in Brazil is a mobile, and now 98888-8888."""
    end = subscriber_digits(number) if number.startswith("+") else digits[-FEWEST_REPEATED:]
    return len(end) >= FEWEST_REPEATED and len(set(end)) == 1


def _in_order(digits: str) -> bool:
    return len(digits) >= FEWEST_REPEATED and (digits in UPWARDS or digits in DOWNWARDS)
