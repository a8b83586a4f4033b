from collections.abc import Sequence
from typing import NamedTuple


def join_words(words: Sequence[str]) -> str:
    """“A”, “A and B”, “A, B and C”."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def customer_numbers(customers: Sequence[int]) -> str:
    """“customer 61”, “customers 6 and 61”."""
    return f"customer{'s' if len(customers) > 1 else ''} {join_words([str(pk) for pk in customers])}"


class Notice(NamedTuple):
    """A warning for a person: what it is about, then the rest of the sentence."""

    title: str
    text: str
