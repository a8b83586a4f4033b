from typing import NamedTuple


class Notice(NamedTuple):
    """A warning for a person: what it is about, then the rest of the sentence."""

    title: str
    text: str
