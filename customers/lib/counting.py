"""What acts count for the graphs of who runs Reunite. They know no more than that COUNTER names what counts.

Without it nothing is counted. Labels have few values, which the code names: never a name, a number or a text of data.
"""

from enum import StrEnum
from functools import partial
from typing import Protocol, cast

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string


class Counted(StrEnum):
    """What is counted, with its labels."""

    MERGE = "merge"  # the method
    UNDO = "undo"  # whole or part
    INTAKE = "intake"  # api or import, what came of it
    GATEWAY_ANSWER = "gateway_answer"  # the kind of the payment, the status that was answered
    JOB_ROW = "job_row"  # the kind of the job
    JOB_END = "job_end"  # the kind of the job, the state in which it ended
    DELIVERY = "delivery"  # delivered or failed
    KEPT_COUNT = "kept_count"  # hit or miss


class Counter(Protocol):
    def __call__(self, counted: Counted, *labels: str, number: int) -> None: ...


def count(counted: Counted, *labels: str, number: int = 1) -> None:
    if settings.COUNTER:
        cast(Counter, import_string(settings.COUNTER))(counted, *labels, number=number)


def count_after_commit(counted: Counted, *labels: str, number: int = 1) -> None:
    """What is rolled back is not counted; a fault of counting leaves the act alone."""
    if settings.COUNTER:
        transaction.on_commit(partial(count, counted, *labels, number=number), robust=True)
