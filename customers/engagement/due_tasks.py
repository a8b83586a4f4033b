"""The tasks of a customer that are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import ngettext

from customers.models import Customer, Task

MOST_NAMED, MOST_COUNTED = 2, 100


@dataclass(frozen=True)
class DueTasks:
    """The tasks that have been due longest, and how many more are due, counted up to MOST_COUNTED."""

    named: Sequence[Task]
    more: int

    def __str__(self) -> str:
        number = len(self.named) + self.more
        shown = f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)
        return ngettext("%(number)s task is due.", "%(number)s tasks are due.", number) % {"number": shown}


def due_tasks(customer: Customer, *, now: datetime) -> DueTasks | None:
    open_tasks = Task.objects.filter(source_record__customer=customer, completed_at=None, due__lte=now)
    tasks = list(open_tasks.select_related("assignee").order_by("due", "pk")[: MOST_COUNTED + 1])
    return DueTasks(tasks[:MOST_NAMED], len(tasks[MOST_NAMED:])) if tasks else None
