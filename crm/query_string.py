import re
from typing import Any

# In these, servers keep the address with its query string.
ADDRESSES = ("RAW_URI", "REQUEST_URI")
# Of a client that writes an address wrongly, parameters are in the path: /order/query/;password=… or %3Fpassword=…
PARAMETERS = re.compile(r"([?;&#]|%3[Ff]|%3[Bb]|%26|%23).*", re.DOTALL)
USER = re.compile(r"//[^/@]*@")


def remove_query_string(environ: dict[str, Any]) -> None:
    """Remove it from all places where a server or Django keeps it: API clients send key and card in it."""
    environ["QUERY_STRING"] = ""
    for name in ADDRESSES:
        if name in environ:
            environ[name] = without_parameters(environ[name])


def without_parameters(address: str) -> str:
    """`address` without query string and fragment, and without the user name that a client may put before the host."""
    return USER.sub("//", PARAMETERS.sub("", address))
