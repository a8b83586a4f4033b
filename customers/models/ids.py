from uuid import uuid4


def public_id(prefix: str) -> str:
    """An id for the outside world that tells its kind, such as `cus_2f1c…`; never reused."""
    return f"{prefix}_{uuid4()}"
