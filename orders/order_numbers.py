"""What orders are called by; invoices are orders, too."""

import secrets
from datetime import datetime

RANDOM_DIGITS = 10
ORDER_NUMBER_FORM = rf"[0-9A-F]{{{RANDOM_DIGITS}}}"
"""What `number_for` makes, as a regular expression."""


def number_for(kind: str, at: datetime) -> str:
    """The number of a new order of this OrderKind, placed `at`; all that make orders ask here.

    Upper-case hexadecimal digits, which tell nothing of the order. There are a million million of them: where a million
    orders have one, one draw in a million is taken. `retry_when_taken` of `locks.py` then does the whole act again,
    which asks for another. A prefix of the year comes before as many digits, once ORDER_NUMBER_LENGTH, the width of the
    columns, has grown. One of the kind does not fit an invoice of `/v1/`: whether that renews something is known later.
    """
    return secrets.token_hex(RANDOM_DIGITS // 2).upper()
