"""The sandbox under the path by which PAYMENT_GATEWAY names it."""

from orders.payments.sandbox import SandboxGateway

__all__ = ["SandboxGateway"]
