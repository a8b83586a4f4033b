"""Checks of the setting PAYMENT_GATEWAY: whether it can be imported, and is not the sandbox in production."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.module_loading import import_string


def check_gateway(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    try:
        _gateway_class()
    except ImportError:
        hint = "Set PAYMENT_GATEWAY to the dotted path of a class, or leave it empty."
        message = f"PAYMENT_GATEWAY is “{settings.PAYMENT_GATEWAY}”, which cannot be imported"
        return [Error(message, hint=hint, id="orders.E001")]
    return []


def check_no_sandbox(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    # Models are needed to import it, and checks are registered before they are loaded.
    from orders.payments.sandbox import SandboxGateway

    try:
        gateway_class = _gateway_class()
    except ImportError:  # reported by check_gateway
        return []
    if not (isinstance(gateway_class, type) and issubclass(gateway_class, SandboxGateway)):
        return []
    hint = "Set PAYMENT_GATEWAY to the class for your gateway, or leave it empty."
    return [Warning("Payments go to the sandbox, which moves no money", hint=hint, id="orders.W001")]


def _gateway_class() -> Any:
    path: str = settings.PAYMENT_GATEWAY
    return import_string(path) if path else None
