"""Whether what takes payments is there, and is not the one that only plays."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.module_loading import import_string

SANDBOX = "orders.sandbox.SandboxGateway"


def check_gateway(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    path: str = settings.PAYMENT_GATEWAY
    try:
        if path:
            import_string(path)
    except ImportError:
        hint = "Set PAYMENT_GATEWAY to the dotted path of a class, or leave it empty."
        return [Error(f"PAYMENT_GATEWAY is “{path}”, which cannot be imported", hint=hint, id="orders.E001")]
    return []


def check_no_sandbox(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    if settings.PAYMENT_GATEWAY != SANDBOX:
        return []
    hint = "Set PAYMENT_GATEWAY to the class for your gateway, or leave it empty."
    return [Warning("Payments go to the sandbox, which moves no money", hint=hint, id="orders.W001")]
