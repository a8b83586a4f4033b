"""A counting worker that imports few rows at a time, so that there is a middle to be killed in."""

from orders.imports import run
from tests.crm.jobs import counting_worker


def main() -> None:
    run.CHUNK = 10
    counting_worker.main()
