from collections.abc import Sequence
from typing import NamedTuple
from unicodedata import bidirectional

from django.utils.translation import ngettext

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
# Right-to-left letters and numbers, and the controls that embed, override or isolate a direction.
TURNING = frozenset({"R", "AL", "AN", "RLE", "RLO", "LRE", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"})
ISOLATES = dict.fromkeys(range(0x2066, 0x206A))


def isolated(value: object) -> str:
    """`value` as a part of a sentence whose direction it must not turn; as it is where it cannot.

    For what is read as text, such as a message or an aria-label. In HTML <bdi> does the same.
    """
    text = str(value)
    if text.isascii() or not any(bidirectional(character) in TURNING for character in text):
        return text
    # An isolate that the text itself opens or closes would end this one early.
    return f"{FIRST_STRONG_ISOLATE}{text.translate(ISOLATES)}{POP_ISOLATE}"


def with_number(name: str, number: int) -> str:
    """A customer in a sentence: two customers may share a name."""
    return isolated(name) if name.endswith(f" {number}") else f"{isolated(name)} ({number})"


def join_words(words: Sequence[str]) -> str:
    """“A”, “A and B”, “A, B and C”: names and labels, never parts of a sentence."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def join_first(words: Sequence[str], most: int) -> str:
    """The first `most` words and the number of the others: “A, B and 3 more”."""
    others = len(words) - most
    if others <= 0:
        return join_words(words)
    named = {"words": ", ".join(words[:most]), "others": others}
    return ngettext("%(words)s and %(others)s more", "%(words)s and %(others)s more", others) % named


def customer_numbers(customers: Sequence[int]) -> str:
    """“customer 61”, “customers 6 and 61”."""
    named = {"numbers": join_words([str(pk) for pk in customers])}
    return ngettext("customer %(numbers)s", "customers %(numbers)s", len(customers)) % named


class ActMessage(NamedTuple):
    """The message about an act: with the place {user}, and for an API client."""

    by_user: str
    by_client: str

    def text(self, by: object | None, **places: object) -> str:
        return (self.by_user if by else self.by_client).format(user=isolated(by), **places)


class Notice(NamedTuple):
    """A warning on a page: a short title, then the text."""

    title: str
    text: str
