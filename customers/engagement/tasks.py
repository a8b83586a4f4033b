"""Tasks of users about a customer, or about one of its contacts and then on the contact's record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from customers.engagement import common
from customers.lib import sentences
from customers.lib.numbers import capped_count
from customers.lib.pages import PAGE, Cursor, Page, compared_to, page_of
from customers.models import Contact, Customer, Task
from customers.records.counts import CappedCount
from customers.statements.prepared import Slot

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_NAMED, MOST_COUNTED = 2, 100
LABELS = {"details": "details", "assignee": "assignee", "due": "due date"}


@transaction.atomic
def add(
    about: Customer | Contact, values: Mapping[str, Any], *, by: User | None, unless_repeated: bool = False
) -> Task:
    task = common.attach(Task(), about)
    if unless_repeated and (latest := common.repeated(task, values)):
        return latest
    common.save(task, values)
    sentence = "Assigned the task “{task}” to {user}, due {due}."
    common.write_history(task, sentence, task=str(task), user=str(task.assignee), due=task.due, by=by)
    return task


@transaction.atomic
def edit(task: Task, values: Mapping[str, Any], *, by: User | None, seen: str = "") -> Task:
    locked = common.lock_row(task, seen=seen)
    name = str(locked)
    changed = common.save(locked, values)
    if fields := [sentences.word(LABELS[key]) for key in changed if key in LABELS]:
        common.write_history(locked, "Changed the {fields} of the task “{task}”.", fields=fields, task=name, by=by)
    if "completed_at" in changed:
        sentence = "Completed the task “{task}”." if locked.completed_at else "Reopened the task “{task}”."
        common.write_history(locked, sentence, task=name, by=by)
    return locked


@transaction.atomic
def delete(task: Task, *, by: User | None) -> None:
    locked = common.lock_row(task)
    common.write_history(locked, "Deleted the task “{task}”.", task=str(locked), by=by)
    locked.delete()


@transaction.atomic
def set_done(task: Task, *, done: bool, by: User | None) -> Task:
    """Complete or reopen; one that is already as wanted stays as it is."""
    locked = common.lock_row(task)
    if bool(locked.completed_at) == done:
        return locked
    return edit(locked, {"completed_at": timezone.now() if done else None}, by=by)


def open_tasks_of(user: User, *, after: Cursor | None = None, limit: int = PAGE) -> Page[Task, Cursor]:
    """The open tasks that `user` has, the longest due first."""
    # The constant column stands first in the order, too: PostgreSQL then reads the index in its order.
    tasks = Task.objects.filter(assignee=user, completed_at=None).order_by("completed_at", "due", "pk")
    tasks = tasks.filter(compared_to(after, "gt", by="due"))
    read = tasks.select_related("source_record__customer")[: limit + 1]
    return page_of(read, partial(Cursor.of, by="due"), size=limit)


@dataclass(frozen=True)
class DueTasks:
    """The tasks that have been due longest, and how many are due, counted up to MOST_COUNTED."""

    named: Sequence[Task]
    number: int

    def __str__(self) -> str:
        shown = capped_count(self.number, MOST_COUNTED)
        return ngettext("%(number)s task is due.", "%(number)s tasks are due.", self.number) % {"number": shown}


def due_rows(customer: Slot, now: Slot) -> QuerySet[Task]:
    """Those that have been due longest, each with the `number` of all that are due."""
    tasks = Task.objects.filter(source_record__customer=customer, completed_at=None, due__lte=now)
    number = CappedCount(tasks.order_by().values("pk")[: MOST_COUNTED + 1])
    return tasks.annotate(number=number).select_related("assignee").order_by("due", "pk")[:MOST_NAMED]


def due_among(rows: Iterable[Task]) -> DueTasks | None:
    tasks: list[Any] = sorted(rows, key=lambda task: (task.due, task.pk))
    return DueTasks(tasks, tasks[0].number) if tasks else None
