"""Secrets and noise are removed from the log.

Removed are the token of a password link, the traceback of a refusal, the query strings of the development server, and
parameters in the path of a request that Django refused: API clients that use GET send their keys in them.
"""

import logging
import re

from crm.query_string import without_parameters

RESET_LINK = re.compile(r"(/accounts/reset/[^/\s]*/)[^/\s]+")
DEVELOPMENT_SERVER = "django.server"
REFUSED_REQUEST = "django.request"
QUERY_STRING = re.compile(r"\?.*?(?= HTTP/[0-9]|$)", re.DOTALL)


class RedactSecrets(logging.Filter):
    """Changes lines; all of them pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        # A reader of the log could otherwise use the link before its user does.
        redacted = RESET_LINK.sub(r"\1…", message)
        path = getattr(getattr(record, "request", None), "path", "")
        if record.name == REFUSED_REQUEST and path:
            redacted = redacted.replace(path, without_parameters(path))
        if record.name == DEVELOPMENT_SERVER:
            redacted = QUERY_STRING.sub("?…", redacted)
        if redacted != message:
            record.msg, record.args = redacted, ()
        if getattr(record, "status_code", None) == 403:
            record.exc_info = None  # a missing permission is no fault to be traced
        return True
