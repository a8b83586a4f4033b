"""A counting worker whose gateway is slow."""

from django.conf import settings

from tests.crm.jobs import counting_worker


def main() -> None:
    settings.PAYMENT_GATEWAY = "tests.crm.jobs.slow_gateway.SlowGateway"
    counting_worker.main()
