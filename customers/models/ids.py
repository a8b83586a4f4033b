from uuid import uuid4

LONGEST_ID = 255
"""Of an id that a data source gives: the length of every such column."""


def public_id(prefix: str) -> str:
    """An id for API clients with its kind, such as `cus_2f1c…`. It is never used again."""
    return f"{prefix}_{uuid4()}"


def bare_id() -> str:
    # ChartMogul's ids of opportunities and tasks have no prefix.
    return str(uuid4())
