"""Faults are sent to a Sentry, if SENTRY_DSN names one: which kind, where, and in which version.

What is sent is what this module lets pass, not all but what it takes away. Texts of errors do not pass, because a
database repeats in them what a customer is called; nor do addresses, headers, forms, users, statements and variables.
The id of the request finds the rest in our own log. Whatever that log has as an error is a fault, so Sentry hooks into
the log only, not into Django.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from crm.audit.origin import current_origin
from crm.http.log_redaction import without_secrets

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

KEPT = ("event_id", "timestamp", "level", "platform", "logger", "release", "environment", "sdk", "server_name")
OF_FRAME = (
    "filename",
    "function",
    "module",
    "lineno",
    "abs_path",
    "context_line",
    "pre_context",
    "post_context",
    "in_app",
)


def start_fault_reports() -> None:
    if not settings.SENTRY_DSN:
        return
    try:
        import sentry_sdk
        from sentry_sdk.integrations.excepthook import ExcepthookIntegration
        from sentry_sdk.integrations.logging import LoggingIntegration
    except ImportError:
        raise ImproperlyConfigured("SENTRY_DSN needs: pip install 'reunite[sentry]'") from None
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        before_send=only_what_may_leave,
        default_integrations=False,
        integrations=[LoggingIntegration(), ExcepthookIntegration()],
        max_breadcrumbs=0,
        include_local_variables=False,
        auto_session_tracking=False,
        send_client_reports=False,
    )


def only_what_may_leave(event: "Event", hint: "Hint") -> "Event":
    whole: Mapping[str, Any] = event
    sent: Any = {name: whole[name] for name in KEPT if name in whole}
    if view := _view(hint):
        sent["transaction"] = view
    if request_id := current_origin().request_id:
        sent["tags"] = {"request_id": request_id}
    # A line without places may have been put together with names before, as one is from which a secret was taken.
    if (line := hint.get("log_record")) and line.args:
        sent["logentry"] = {"message": without_secrets(str(line.msg))}
    if faults := (whole.get("exception") or {}).get("values"):
        sent["exception"] = {"values": [_fault(fault) for fault in faults]}
    event = sent
    return event


def _view(hint: "Hint") -> str:
    """Its name in `urls.py`, which Django leaves with the line of the log."""
    request = getattr(hint.get("log_record"), "request", None)
    match = getattr(request, "resolver_match", None)
    return match.view_name if match else ""


def _fault(fault: Mapping[str, Any]) -> dict[str, Any]:
    frames = (fault.get("stacktrace") or {}).get("frames") or []
    kept = [{name: frame[name] for name in OF_FRAME if name in frame} for frame in frames]
    named = {name: fault[name] for name in ("type", "module", "mechanism") if name in fault}
    return {**named, "value": "In the log of the server.", "stacktrace": {"frames": kept}}
