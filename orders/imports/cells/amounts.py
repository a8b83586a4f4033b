"""Amounts of money as people and systems write them: 1,234.50 and 1.234,50, (12.00), 12,- and € 12.

1.234 can be read two ways. All amounts of a file are written alike, so the others decide; where none does, a person is
asked, and a row that needs the answer is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from orders.imports.cells.cell import CellError, shown

BLANK = re.compile(r"[\s'’_]")
WORDS = re.compile(r"^[^\W\d_]{1,4}\.?|[^\W\d_]{1,4}\.?$")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
LONGEST = 24
MINUS = "-−–"


def decimal_mark(amounts: Iterable[str]) -> str | None:
    """The decimal mark of these amounts, as far as they show it; "" if it matters and they do not, None if neither."""
    marks = set()
    is_open = False
    for text in amounts:
        _, digits = _parts(text)
        mark = _mark(digits)
        is_open = is_open or mark == ""
        if mark:
            marks.add(mark)
    if len(marks) == 1:
        return marks.pop()
    return "" if marks or is_open else None


def amount(text: str, mark: str) -> Decimal:
    is_negative, digits = _parts(text)
    if not NUMBER.fullmatch(digits) or len(digits) > LONGEST:
        raise CellError(f"{shown(text)} is no amount such as 12.50. Correct it.")
    known = _mark(digits)
    if known == "":
        if not mark:
            raise CellError(
                f"{shown(text)} can be read two ways. Say whether a point or a comma marks the decimals in this file."
            )
        known = mark
    whole, _, behind = digits.rpartition(known) if known and known in digits else (digits, "", "")
    plain = re.sub(r"[.,]", "", whole)
    value = Decimal(f"{plain or 0}.{behind or 0}") if behind else Decimal(plain or 0)
    return -value if is_negative else value


def _parts(text: str) -> tuple[bool, str]:
    """Whether the amount is negative, and its digits with their marks."""
    plain = "".join(c for c in BLANK.sub("", text) if unicodedata.category(c) != "Sc")
    is_negative = plain.startswith("(") and plain.endswith(")")
    plain = plain.strip("()")
    # “CZK -12”, “-12 Kč”, “12,-” (which is 12 and no minus) and “12-”.
    plain = WORDS.sub("", plain.removesuffix(",-").removesuffix(",–").removesuffix(".-"))
    is_negative = is_negative or plain[:1] in tuple(MINUS) or plain[-1:] in tuple(MINUS)
    return is_negative, WORDS.sub("", plain.strip(f"{MINUS}+"))


def _mark(digits: str) -> str | None:
    """The decimal mark of one number; "" if it can be either, None if it has none."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rfind(".") > digits.rfind(",") else ","
    if not (points or commas):
        return None
    mark = "." if points else ","
    if points + commas > 1:
        return "," if mark == "." else "."
    before, _, behind = digits.partition(mark)
    return mark if len(behind) != 3 or len(before) > 3 or before in ("", "0") else ""
