"""The path of the sandbox up to version 0.1.0, which a PAYMENT_GATEWAY may still name; it is in `orders/payments/`."""

from orders.payments.sandbox import SandboxGateway

__all__ = ["SandboxGateway"]
