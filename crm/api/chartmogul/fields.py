"""Types of values in requests that pydantic alone would read too narrowly, or too widely."""

from typing import Annotated, Any

from pydantic import BeforeValidator


def as_text(value: Any) -> Any:
    """A whole number as text: programs send the IDs of their database as they have them."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def refuse_truth(value: Any) -> Any:
    # In Python, true is a whole number.
    if isinstance(value, bool):
        raise ValueError("Input should be a number")
    return value


IdText = Annotated[str, BeforeValidator(as_text)]
Number = Annotated[int, BeforeValidator(refuse_truth)]
