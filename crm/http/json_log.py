"""Lines of the log as JSON, with LOG_FORMAT=json: one object a line, with the id of the request or job."""

import structlog
from structlog.typing import EventDict, WrappedLogger

from crm.audit.origin import current_origin
from crm.http.log_redaction import without_secrets


def add_request_id(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    if request_id := current_origin().request_id:
        event["request_id"] = request_id
    return event


def take_secrets_off(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The last one before a line is written, so that it sees tracebacks as well."""
    return {name: without_secrets(value) if isinstance(value, str) else value for name, value in event.items()}


def formatter() -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_request_id,
            structlog.processors.format_exc_info,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            take_secrets_off,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
