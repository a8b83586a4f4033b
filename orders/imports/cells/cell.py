"""What a cell says, where it is no date and no amount. `CellError` says what is wrong with it; the reader adds where.

An apostrophe before a number, and ="…", are how systems keep a spreadsheet from changing a cell: no part of the value.
"""

from __future__ import annotations

import re
from functools import lru_cache

from customers.lib.errors import ActionError
from customers.lib.phrases import isolated
from customers.lib.text import THIN_BLANK
from orders.imports.columns.headers import header_key

LONGEST_SHOWN = 60
KEEPING = ("'", "=")
KEPT_AS_TEXT = re.compile(r"'(?=[=+\-@\d\t])")
FORMULA = re.compile(r'="(.*)"', re.DOTALL)
SHORTENED = re.compile(r"[+-]?(\d)(?:[.,](\d+))?[eE]\+(\d{1,3})")
WHOLE = re.compile(r"(\d+)[.,]0+")
NO_ID = "0"

YES = "yes|y|true|t|1|x|on|ja|j|oui|si|sim|ano|tak|igen|kylla|evet|da|да|是|はい|예|checked|subscribed|opted in"
NO = "no|n|false|f|0|off|nein|non|nao|ne|nie|nem|ei|hayir|нет|否|いいえ|아니요|unchecked|not subscribed|unsubscribed"
ANSWERS = {
    **dict.fromkeys(map(header_key, YES.split("|")), True),
    **dict.fromkeys(map(header_key, NO.split("|")), False),
}


class CellError(ActionError):
    """A cell cannot be read. Its row is not imported."""


def shown(text: str) -> str:
    return f"“{isolated(text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + '…')}”"


def bare(cell: str) -> str:
    """The cell without blanks around it, and without what keeps a spreadsheet from changing it."""
    text = cell.strip()
    if text[:1] == "+":
        return text.replace(THIN_BLANK, "")  # as our own files write telephone numbers
    if text[:1] in KEEPING:
        if formula := FORMULA.fullmatch(text):
            return formula[1].strip()
        return KEPT_AS_TEXT.sub("", text, count=1)
    return text


def all_digits(text: str) -> str:
    """`text`, or all digits of a number that a spreadsheet wrote as 4.15551E+11; CellError if it lost some."""
    if not (number := SHORTENED.fullmatch(text)):
        return text
    first, behind, exponent = number[1], number[2] or "", int(number[3])
    if len(behind) != exponent:
        raise CellError(
            f"{shown(text)} was shortened by a spreadsheet, so its last digits are lost. Export the file again without"
            " opening it."
        )
    return first + behind


def identifier(text: str) -> str:
    """An ID; "" for 0, which shops write for who has none."""
    text = all_digits(text)
    if whole := WHOLE.fullmatch(text):
        text = whole[1]
    return "" if text == NO_ID else text


@lru_cache(1024)
def answer(text: str) -> bool:
    known = ANSWERS.get(header_key(text))
    if known is None:
        raise CellError(f"{shown(text)} is neither Yes nor No. Correct it, or leave the cell empty.")
    return known


@lru_cache(1024)
def number(text: str) -> int:
    if whole := WHOLE.fullmatch(text):
        text = whole[1]
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise CellError(f"{shown(text)} is no whole number. Correct it.")
    return int(text)
