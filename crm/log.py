"""What a line of the log leaves out: the token of a link to set a password, and where a refusal came from."""

import logging
import re

LINK = re.compile(r"(/accounts/reset/[^/\s]*/)[^/\s]+")


class Spare(logging.Filter):
    """Changes lines, and lets all of them through."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if LINK.search(said):
            # Whoever reads the log could follow the link before the one whom it is for.
            record.msg, record.args = LINK.sub(r"\1…", said), ()
        if getattr(record, "status_code", None) == 403:
            record.exc_info = None  # somebody may not do something: no fault that a traceback would help to find
        return True
