"""The number of a row, as a person types it."""

from collections.abc import Iterable

LONGEST_NUMBER = 18


def parse_number(text: str) -> int | None:
    """The number that `text` writes, where it can be that of a row."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def parse_numbers(texts: Iterable[str]) -> list[int]:
    """The numbers among `texts`; anything else is left out."""
    return [pk for text in texts if (pk := parse_number(text)) is not None]
