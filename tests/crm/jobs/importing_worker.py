"""A counting worker that imports few rows at a time, so that there is a middle to be killed in."""

import django


def main() -> None:
    django.setup()
    from orders.imports import run
    from tests.crm.jobs import counting_worker

    run.CHUNK = 10
    counting_worker.main()


if __name__ == "__main__":
    main()
