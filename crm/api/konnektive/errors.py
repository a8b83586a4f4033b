"""How this dialect says no."""

from collections.abc import Mapping

from pydantic import ValidationError


class CallError(Exception):
    """Nothing was done. The message is a sentence, or {parameter: what is wrong with it}."""

    def __init__(self, message: str | Mapping[str, str]) -> None:
        super().__init__(str(message))
        self.message = message


def invalid(**errors: str) -> CallError:
    """The values of these parameters cannot be taken."""
    return CallError(errors)


def nothing_found(what: str) -> CallError:
    """An empty answer, in the words by which clients know one; `what` is in the plural."""
    return CallError(f"No {what} matching those parameters could be found")


def wrong(error: ValidationError) -> dict[str, str]:
    """All that is wrong with the parameters, at once."""
    found = error.errors(include_url=False, include_context=True, include_input=False)
    # Of a parameter that might have been one of two kinds, what the first of them says.
    return {str(each["loc"][0]): _in_words(each["type"], each) for each in reversed(found)}


def _in_words(kind: str, each: Mapping[str, object]) -> str:
    about = each.get("ctx")
    match kind, about:
        case "missing", _:
            return "This parameter is required."
        case "string_too_long", {"max_length": longest}:
            return f"Use {longest} characters or fewer."
        case "literal_error", {"expected": choices}:
            return f"Use one of {choices}."
    return str(each["msg"]).removeprefix("Value error, ")
