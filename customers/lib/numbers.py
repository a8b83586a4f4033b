"""The number of a row, as a person types it."""

from collections.abc import Iterable

LONGEST_NUMBER = 18


def parse_number(text: str) -> int | None:
    """The number that `text` writes; None if no primary key can be that number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def parse_numbers(texts: Iterable[str]) -> list[int]:
    return [pk for text in texts if (pk := parse_number(text)) is not None]
