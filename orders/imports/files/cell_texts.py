"""The cells of a spreadsheet as the texts that a CSV would have.

A number has all its digits here, as in the file: 4.15551E+11 is only how a spreadsheet shows it. Of a number with more
than 15 digits the spreadsheet has lost the last ones; it is written so that nothing takes it for whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

EXACT = 10**15


def texts_of(cells: Iterable[Any]) -> Sequence[str]:
    return [cell.replace("\0", "") if isinstance(cell, str) else _text(cell) for cell in cells]


def _text(cell: Any) -> str:
    match cell:
        case bool():
            return "Yes" if cell else "No"
        case int() | float():
            return _number(cell)
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return str(cell)


def _number(number: float) -> str:
    if abs(number) >= EXACT:
        return f"{number:.14E}"
    if number == int(number):
        return str(int(number))
    # As a spreadsheet shows it: 29.99, not 29.990000000000002.
    return f"{number:.15g}"
