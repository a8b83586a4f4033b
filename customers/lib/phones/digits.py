"""The digits of a number as it was written."""

import re
import unicodedata

FEWEST_DIGITS = 7
NO_DIGITS = re.compile(r"[^0-9]+")

# A spreadsheet rounded it, so its last digits are lost.
ROUNDED = re.compile(r"[+'=\"\s]*\d+(?:[.,]\d+)?[eE][+-]?\d+[\s\"]*")


def phone_digits(text: str) -> str:
    """The digits as written; "" when there are too few to tell people apart, or a spreadsheet has lost some."""
    digits = "" if ROUNDED.fullmatch(text) else digits_in(text)
    return digits if len(digits) >= FEWEST_DIGITS else ""


def digits_in(text: str) -> str:
    if text.isascii():
        return NO_DIGITS.sub("", text)
    return "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())
