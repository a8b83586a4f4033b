"""Tasks: what one of the staff is to do about a customer or a contact."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from ninja import Query, Router, Schema, Status

from crm.accounts.models import User
from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.engagement.common import CHANGE, VIEW, AboutIn, AboutOut, Nothing, about, refusals, row, whom
from crm.api.chartmogul.engagement.users import address, user
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.formats import moment
from crm.api.chartmogul.paging import Page, Paged, page_of
from crm.api.chartmogul.times import Moment
from customers.engagement import tasks
from customers.models import Contact, Task

router = Router(tags=["Tasks"])

SHOWN_WITH = ("source_record__customer", "contact", "assignee")


class TaskChanges(Schema):
    """`completed_at` null takes a task up again."""

    task_details: str | None = None
    assignee: str | None = None
    due_date: Moment | None = None
    completed_at: Moment | None = None


class TaskIn(TaskChanges):
    customer_uuid: str | None = None
    associated_object_identifier: AboutIn | None = None
    task_details: str
    assignee: str
    due_date: Moment


class TaskOut(AboutOut):
    task_uuid: str
    task_details: str
    assignee: str
    due_date: str
    completed_at: str | None
    created_at: str
    updated_at: str


class TasksOut(Schema):
    entries: list[TaskOut]
    cursor: str | None
    has_more: bool


class Asked(Paged):
    customer_uuid: str | None = None
    contact_uuid: str | None = None
    assignee: str | None = None
    due_date_on_or_after: Moment | None = None
    due_date_on_or_before: Moment | None = None
    completed: bool | None = None


def shape(task: Task) -> dict[str, Any]:
    return {
        "task_uuid": task.uuid,
        **about(task),
        "task_details": task.details,
        "assignee": address(task.assignee),
        "due_date": moment(task.due),
        "completed_at": moment(task.completed_at),
        "created_at": moment(task.at),
        "updated_at": moment(task.updated),
    }


def read(body: TaskChanges) -> dict[str, Any]:
    """What was sent; what is null is as if it had not been, but for when the task was done."""
    values = {
        "details": body.task_details.strip() if body.task_details is not None else None,
        "assignee": user(body.assignee, "assignee") if body.assignee is not None else None,
        "due": body.due_date,
    }
    sent = {name: value for name, value in values.items() if value is not None}
    return sent | ({"completed_at": body.completed_at} if "completed_at" in body.model_fields_set else {})


@router.post("/tasks", auth=Key(CHANGE), response=answers(201, TaskOut))
def create_task(request: ApiRequest, body: TaskIn) -> Status[dict[str, Any]]:
    of = whom(body.customer_uuid, body.associated_object_identifier)
    with refusals():
        task = tasks.add(of, read(body), by=request.by)
    return Status(201, shape(row(Task, task.uuid, *SHOWN_WITH)))


@router.get("/tasks", auth=Key(VIEW), response=answers(200, TasksOut))
def list_tasks(request: ApiRequest, asked: Query[Asked]) -> dict[str, Any]:
    found = find(asked)
    return found.as_list("entries", [shape(task) for task in found.rows])


def find(asked: Asked) -> Page[Task]:
    customer = lookup.customer(asked.customer_uuid) if asked.customer_uuid else None
    wanted: dict[str, Any] = {
        "contact": row(Contact, asked.contact_uuid, param="contact_uuid") if asked.contact_uuid else None,
        "assignee": User.known_as(asked.assignee) if asked.assignee else None,
        "due__gte": asked.due_date_on_or_after,
        "due__lt": after(asked.due_date_on_or_before) if asked.due_date_on_or_before else None,
        "completed_at__isnull": None if asked.completed is None else not asked.completed,
    }
    if asked.assignee and wanted["assignee"] is None:
        return Page([], None, has_more=False)
    filters = {name: value for name, value in wanted.items() if value is not None}
    return page_of(Task, customer, asked, SHOWN_WITH, **filters)


def after(last: datetime) -> datetime:
    """The first moment that is later than `last`; than all of its day where no time was said."""
    return last + (timedelta(days=1) if last.time() == time() else timedelta(microseconds=1))


@router.get("/tasks/{uuid}", auth=Key(VIEW), response=answers(200, TaskOut))
def retrieve_task(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return shape(row(Task, uuid, *SHOWN_WITH))


@router.patch("/tasks/{uuid}", auth=Key(CHANGE), response=answers(200, TaskOut))
def update_task(request: ApiRequest, uuid: str, body: TaskChanges) -> dict[str, Any]:
    with refusals():
        tasks.edit(row(Task, uuid), read(body), by=request.by)
    return shape(row(Task, uuid, *SHOWN_WITH))


@router.delete("/tasks/{uuid}", auth=Key(CHANGE), response=answers(200, Nothing))
def delete_task(request: ApiRequest, uuid: str) -> dict[str, Any]:
    with refusals():
        tasks.delete(row(Task, uuid), by=request.by)
    return {}
