"""Headers as they are compared, and what they mean: the names that many systems use, in many languages, and our own.

A field of the profile is known by its label, as exports call it, without a line in `header_words.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from customers.lib.names import unaccented
from customers.profile.fields import FIELDS, OF_CUSTOMER

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
WORDS = Path(__file__).with_name("header_words.txt")


def header_key(header: str) -> str:
    """Equal for “E-Mail”, “e_mail” and “E mail”, and for “firstName” and “First Name”."""
    plain = unaccented(HUMP.sub(" ", header))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


@cache
def meanings() -> Mapping[str, str]:
    """{key of a header: what it means}. Each line of the file is a target and how people call it; it comes first."""
    lines = (line.split("\t") for line in WORDS.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    words = {header_key(name): target for target, names in lines for name in names.split("|")}
    return {header_key(label): target for label, target in _labels()} | words


def _labels() -> Iterator[tuple[str, str]]:
    for field in FIELDS:
        if field.parts:
            yield from ((label, f"{field.key}.{part}") for part, label in field.parts.items())
        elif field.kind not in OF_CUSTOMER:
            yield field.label, field.key
