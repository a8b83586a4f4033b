"""What COUNTER names: it counts what acts report."""

from prometheus_client import Counter

from crm.metrics import numbers
from customers.lib.counting import Counted

NUMBERS: dict[Counted, Counter] = {
    Counted.MERGE: numbers.MERGES,
    Counted.UNDO: numbers.UNDOS,
    Counted.INTAKE: numbers.INTAKES,
    Counted.GATEWAY_ANSWER: numbers.GATEWAY_ANSWERS,
    Counted.JOB_ROW: numbers.JOB_ROWS,
    Counted.JOB_END: numbers.JOB_ENDS,
    Counted.DELIVERY: numbers.DELIVERIES,
    Counted.KEPT_COUNT: numbers.KEPT_COUNTS,
}


def count(counted: Counted, *labels: str, number: int) -> None:
    NUMBERS[counted].labels(*labels).inc(number)
