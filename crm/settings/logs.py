"""Logs go to the console, as lines of text or, with LOG_FORMAT=json, of JSON."""

from crm.settings.environment import env

LOG_FORMAT = {"text": "line", "json": "json"}[env.str("LOG_FORMAT", default="text")]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "crm.http.log_redaction.LineFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "crm.http.json_log.formatter"},
    },
    "filters": {"redact": {"()": "crm.http.log_redaction.RedactSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["redact"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},  # of `runserver`
        "axes": {"level": "WARNING"},
        "urllib3": {"level": "ERROR"},  # its warnings have the path of a request
    },
}
