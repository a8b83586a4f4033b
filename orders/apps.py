from django.apps import AppConfig
from django.core import checks


class OrdersConfig(AppConfig):
    name = "orders"

    def ready(self) -> None:
        from orders.checks import check_gateway, check_no_sandbox

        # With a tag that a worker checks, too: it charges cards.
        checks.register(check_gateway, checks.Tags.security)
        checks.register(check_no_sandbox, checks.Tags.security, deploy=True)
