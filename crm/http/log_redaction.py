"""Secrets and noise are removed from the log.

Removed are API keys, credentials, card numbers, secrets of webhooks, the token of a password link, values of parameters
that are named as a secret, the traceback of a refusal, the query strings of the development server, and parameters in
the path of a request that Django refused: API clients that use GET send their keys in them.

`without_secrets` sees each line last, with its traceback, as text and as JSON.
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
WEBHOOK_SECRET = re.compile(r"\b(whsec_)[\w+/=-]{8,}")
NAMED = re.compile(
    r"\b([\w-]*(?:password\d?|secret|token|card_?number|security_?code|api_?key)[\"']?\s?[=:]\s?[\"']?)[^\s&\"',;}]+",
    re.IGNORECASE,
)
CARD_NUMBER = re.compile(r"(?<![\w-])[2-6](?:[ -]?\d){12,18}(?![\w-])")


def without_secrets(text: str) -> str:
    """API keys keep the beginning that pages show, a card number that is named as one keeps nothing."""
    text = NAMED.sub(r"\1…", WEBHOOK_SECRET.sub(r"\1…", RESET_LINK.sub(r"\1…", text)))
    text = CREDENTIALS.sub(r"\1 …", API_KEY.sub(r"\1…", text))
    return CARD_NUMBER.sub(lambda match: "…" if last_four_of_card(match[0]) else match[0], text)


class LineFormatter(logging.Formatter):
    """A line of text with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class RedactSecrets(logging.Filter):
    """Changes lines; all of them pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        # A reader of the log could otherwise use a link before its user does, or a key.
        redacted = message
        path = getattr(getattr(record, "request", None), "path", "")
        if record.name == REFUSED_REQUEST and path:
            redacted = redacted.replace(path, without_parameters(path))
        redacted = without_secrets(redacted)
        if record.name == DEVELOPMENT_SERVER:
            redacted = QUERY_STRING.sub("?…", redacted)
        if redacted != message:
            record.msg, record.args = redacted, ()
        if getattr(record, "status_code", None) == 403:
            record.exc_info = None  # a missing permission is no fault to be traced
        return True
