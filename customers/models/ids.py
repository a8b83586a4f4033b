from uuid import uuid4


def public_id(prefix: str) -> str:
    """An id for the outside world that tells its kind, such as `cus_2f1c…`; never reused."""
    return f"{prefix}_{uuid4()}"


def bare_id() -> str:
    """An id for the outside world, of a thing whose ids have no prefix there."""
    return str(uuid4())
