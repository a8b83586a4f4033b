"""Secrets and noise are removed from the log.

Removed are API keys, credentials, card numbers, the token of a password link, the traceback of a refusal, the query
strings of the development server, and parameters in the path of a request that Django refused: API clients that use GET
send their keys in them.
"""

import logging
import re

from crm.query_string import without_parameters
from customers.lib.secrets.card_numbers import last_four_of_card

RESET_LINK = re.compile(r"(/accounts/reset/[^/\s]*/)[^/\s]+")
DEVELOPMENT_SERVER = "django.server"
REFUSED_REQUEST = "django.request"
QUERY_STRING = re.compile(r"\?.*?(?= HTTP/[0-9]|$)", re.DOTALL)


API_KEY = re.compile(r"\b(rnt_\w{4})[\w-]{16,}")
CREDENTIALS = re.compile(r"\b(Basic|Bearer) [\w+/=.~-]{8,}", re.IGNORECASE)
CARD_NUMBER = re.compile(r"(?<![\w-])[2-6](?:[ -]?\d){12,18}(?![\w-])")


def without_secrets(text: str) -> str:
    """Without API keys but for the beginning that pages show, credentials, password links and card numbers."""
    text = RESET_LINK.sub(r"\1…", text)
    text = CREDENTIALS.sub(r"\1 …", API_KEY.sub(r"\1…", text))
    return CARD_NUMBER.sub(lambda found: "…" if last_four_of_card(found[0]) else found[0], text)


class RedactSecrets(logging.Filter):
    """Changes lines; all of them pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        # A reader of the log could otherwise use a link before its user does, or a key.
        redacted = without_secrets(message)
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
