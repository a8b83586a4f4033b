"""Errors of a call, in the words of this dialect."""

from collections.abc import Mapping

from pydantic import ValidationError

from customers.models import DeletedRow


class CallError(Exception):
    """Nothing was done, but for an OutcomeError. The message is a sentence, or {parameter: what is wrong with it}."""

    def __init__(self, message: str | Mapping[str, str]) -> None:
        super().__init__(str(message))
        self.message = message


class OutcomeError(CallError):
    """Something was done, and this is what became of it, such as a decline. A repeat is answered alike."""


def invalid(**errors: str) -> CallError:
    return CallError(errors)


def missing(kind: str, key: str | int, *, parameter: str, noun: str) -> CallError:
    """A row that a client names is not there. A client that keeps it is told if it was erased."""
    was_erased = DeletedRow.has(kind, key)
    return invalid(**{parameter: f"This {noun} was erased." if was_erased else f"This {noun} does not exist."})


def nothing_found(what: str) -> CallError:
    # By these words clients recognise an empty result.
    return CallError(f"No {what} matching those parameters could be found")


def describe_errors(error: ValidationError) -> dict[str, str]:
    details = error.errors(include_url=False, include_context=True, include_input=False)
    # Reversed, so that of a parameter with several errors the first one counts.
    return {str(detail["loc"][0]): _in_words(detail["type"], detail) for detail in reversed(details)}


def _in_words(kind: str, detail: Mapping[str, object]) -> str:
    match kind, detail.get("ctx"):
        case "missing", _:
            return "This parameter is required."
        case "string_too_long", {"max_length": longest}:
            return f"Use {longest} characters or fewer."
        case "literal_error", {"expected": choices}:
            return f"Use one of {choices}."
    return str(detail["msg"]).removeprefix("Value error, ")
