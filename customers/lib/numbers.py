"""Whom somebody means who types a number or a name.

The customer of that number, live or not; else whoever a search finds.
"""

from collections.abc import Iterable

from customers.models import Customer
from customers.search.find import find

LONGEST_NUMBER = 18


def number(text: str) -> int | None:
    """The number that `text` writes, where it can be that of a row."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def numbers(texts: Iterable[str]) -> list[int]:
    """Those that `texts` write; what is no number is passed over."""
    return [found for text in texts if (found := number(text)) is not None]


def meant(text: str, *, most: int) -> list[Customer]:
    pk = number(text)
    if pk is not None and (customer := Customer.objects.select_related("merged_into").filter(pk=pk).first()):
        return [customer]
    return list(find(text).order_by("pk")[:most]) if text else []
