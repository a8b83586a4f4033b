"""What orders are called by; invoices are orders, too."""

import secrets

RANDOM_DIGITS = 10
ORDER_NUMBER_FORM = rf"[0-9A-F]{{{RANDOM_DIGITS}}}"
"""What `new_order_number` makes, as a regular expression."""


def new_order_number() -> str:
    """The number of a new order or invoice; all that make one ask here.

    Upper-case hexadecimal digits, which tell nothing of the order. There are a million million of them: where a million
    orders have one, one draw in a million is taken. `retry_when_taken` of `locks.py` then does the whole act again,
    which asks for another. A prefix needs as many digits behind it. With a longer number grows ORDER_NUMBER_LENGTH, the
    width of the columns.
    """
    return secrets.token_hex(RANDOM_DIGITS // 2).upper()
