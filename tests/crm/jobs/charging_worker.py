"""A counting worker whose gateway is slow."""

import django
from django.conf import settings


def main() -> None:
    django.setup()
    from tests.crm.jobs import counting_worker

    settings.PAYMENT_GATEWAY = "tests.crm.jobs.slow_gateway.SlowGateway"
    counting_worker.main()


if __name__ == "__main__":
    main()
