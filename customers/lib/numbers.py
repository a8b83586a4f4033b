"""Numbers as a person types them, and counts that stop at a limit, as they are shown."""

from collections.abc import Iterable

LONGEST_NUMBER = 18


def parse_number(text: str) -> int | None:
    """The number that `text` writes; None if no primary key can be that number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def parse_numbers(texts: Iterable[str]) -> list[int]:
    return [pk for text in texts if (pk := parse_number(text)) is not None]


def capped_count(number: int, most: int) -> str:
    """“1,234”, or “10,000+” when there are more than `most`."""
    return f"{most:,}+" if number > most else f"{number:,}"
