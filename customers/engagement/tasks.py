"""What one of the staff is to do about a customer, or about one of the contacts and then on the same record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from customers.engagement import common
from customers.lib.dates import format_day
from customers.models import Contact, Customer, Task

if TYPE_CHECKING:
    from crm.accounts.models import User

CALLED = {"details": "what it is", "assignee": "who does it", "due": "when it is due"}


@transaction.atomic
def add(about: Customer | Contact, values: Mapping[str, Any], *, by: User | None) -> Task:
    task = common.attach_to_record(Task(), about)
    common.save(task, values)
    common.write_history(task, f"Gave {task.assignee} the task “{task}”, due {format_day(task.due)}.", by=by)
    return task


@transaction.atomic
def edit(task: Task, values: Mapping[str, Any], *, by: User | None) -> Task:
    locked = common.lock_row(task)
    name = str(locked)
    changed = common.save(locked, values)
    for text in _said(name, changed):
        common.write_history(locked, text, by=by)
    return locked


def _said(name: str, changed: Mapping[str, tuple[Any, Any]]) -> list[str]:
    said = []
    if what := [CALLED[key] for key in changed if key in CALLED]:
        said.append(f"Changed the task “{name}”: {', '.join(what)}.")
    if "completed_at" in changed:
        said.append(f"{'Completed' if changed['completed_at'][1] else 'Took up again'} the task “{name}”.")
    return said


@transaction.atomic
def delete(task: Task, *, by: User | None) -> None:
    locked = common.lock_row(task)
    common.write_history(locked, f"Deleted the task “{locked}”.", by=by)
    locked.delete()
