"""Headers as they are compared, and what those that many systems use mean, in many languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from customers.lib.names import unaccented

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
WORDS = Path(__file__).with_name("header_words.txt")


def header_key(header: str) -> str:
    """Equal for “E-Mail”, “e_mail” and “E mail”, and for “firstName” and “First Name”."""
    plain = unaccented(HUMP.sub(" ", header))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


@cache
def meanings() -> Mapping[str, str]:
    """{key of a header: what it means}. Each line of the file is a target and how people call it."""
    lines = (line.split("\t") for line in WORDS.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {header_key(name): target for target, names in lines for name in names.split("|")}
