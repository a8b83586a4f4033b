from typing import Any

# In these, servers keep the address with its query string.
ADDRESSES = ("RAW_URI", "REQUEST_URI")


def remove_query_string(environ: dict[str, Any]) -> None:
    """Remove it from all places where a server or Django keeps it: API clients send key and card in it."""
    environ["QUERY_STRING"] = ""
    for name in ADDRESSES:
        if name in environ:
            environ[name] = environ[name].partition("?")[0]
