"""Types of values that a request may send in more than one form."""

from typing import Annotated, Any

from pydantic import BeforeValidator


def as_text(value: Any) -> Any:
    """A whole number as text: programs send the IDs of their database as they have them."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


IdText = Annotated[str, BeforeValidator(as_text)]
