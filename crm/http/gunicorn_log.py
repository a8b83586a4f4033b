"""The logger of gunicorn: it keeps secrets out of what gunicorn says about requests that never reach Reunite.

A request that gunicorn cannot read, such as one with a wrong Content-Length, would be in its access log with the query
string, and in its error log with the part that cannot be read. `gunicorn.conf.py` names this class.
"""

import re
from collections.abc import Iterable
from typing import Any

from gunicorn.glogging import Logger

from crm.http.access_log import clean
from crm.query_string import without_parameters

REFUSED = re.compile(r"(Invalid request from ip=\S*: [^:(']*).*", re.DOTALL)


class SecretFreeLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        cleaned = dict(environ)
        clean(cleaned)
        atoms: dict[str, Any] = super().atoms(resp, _clean_headers(req.headers), cleaned, request_time)
        return atoms

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        super().warning(REFUSED.sub(r"\1", msg), *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        # The arguments are the method and the address.
        super().exception(msg, *(without_parameters(str(arg)) for arg in args), **kwargs)


def _clean_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    variables = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers}
    clean(variables)
    return [(name.removeprefix("HTTP_").replace("_", "-"), value) for name, value in variables.items()]
