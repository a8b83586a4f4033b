import os

LONGEST_ID = 255
"""Of an id that a data source gives: the length of every such column."""


def public_id(prefix: str) -> str:
    """An id for API clients with its kind, such as `cus_2f1c…`. It is never used again."""
    return f"{prefix}_{bare_id()}"


def bare_id() -> str:
    """A random UUID, version 4. ChartMogul's ids of opportunities and tasks have no prefix."""
    # As `str(uuid.uuid4())`, which takes three times as long: an import makes several for each row.
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
