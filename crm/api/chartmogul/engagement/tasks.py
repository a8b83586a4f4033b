"""Tasks of users about a customer or a contact."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from ninja import Query, Router, Schema, Status

from crm.accounts.models import User
from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.engagement.common import AboutIn, AboutOut, Nothing, find_row, serialize_target, target
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.paging import CursorPage, CursorQuery, PageOut, page_linked
from crm.api.chartmogul.times import Moment, format_time
from crm.api.chartmogul.users import email_of, find_user
from customers.engagement import tasks
from customers.models import Contact, Task
from customers.permissions import CHANGE_CUSTOMERS, VIEW_CUSTOMERS

router = Router(tags=["Tasks"])

SHOWN_WITH = ("source_record__customer", "contact", "assignee")


class TaskChanges(Schema):
    """`completed_at` null reopens a task."""

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


class TasksOut(PageOut):
    entries: list[TaskOut]


class TaskQuery(CursorQuery):
    customer_uuid: str | None = None
    contact_uuid: str | None = None
    assignee: str | None = None
    due_date_on_or_after: Moment | None = None
    due_date_on_or_before: Moment | None = None
    completed: bool | None = None


def serialize(task: Task) -> dict[str, Any]:
    return {
        "task_uuid": task.uuid,
        **serialize_target(task),
        "task_details": task.details,
        "assignee": email_of(task.assignee),
        "due_date": format_time(task.due),
        "completed_at": format_time(task.completed_at),
        "created_at": format_time(task.at),
        "updated_at": format_time(task.updated),
    }


def values_from(body: TaskChanges) -> dict[str, Any]:
    """The sent values by column; null counts as not sent, except for `completed_at`."""
    values = {
        "details": body.task_details.strip() if body.task_details is not None else None,
        "assignee": find_user(body.assignee, "assignee") if body.assignee is not None else None,
        "due": body.due_date,
    }
    sent = {name: value for name, value in values.items() if value is not None}
    return sent | ({"completed_at": body.completed_at} if "completed_at" in body.model_fields_set else {})


@router.post("/tasks", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(201, TaskOut))
def create_task(request: ApiRequest, body: TaskIn) -> Status[dict[str, Any]]:
    about = target(body.customer_uuid, body.associated_object_identifier)
    task = tasks.add(about, values_from(body), by=request.by)
    return Status(201, serialize(find_row(Task, task.uuid, *SHOWN_WITH)))


@router.get("/tasks", auth=Key(VIEW_CUSTOMERS), response=answers(200, TasksOut))
def list_tasks(request: ApiRequest, query: Query[TaskQuery]) -> dict[str, Any]:
    page = find_page(query)
    return page.as_list("entries", [serialize(task) for task in page.rows])


def find_page(query: TaskQuery) -> CursorPage[Task]:
    customer = lookup.customer(query.customer_uuid) if query.customer_uuid else None
    conditions: dict[str, Any] = {
        "contact": find_row(Contact, query.contact_uuid, param="contact_uuid") if query.contact_uuid else None,
        "assignee": User.with_email(query.assignee) if query.assignee else None,
        "due__gte": query.due_date_on_or_after,
        "due__lt": end_of(query.due_date_on_or_before) if query.due_date_on_or_before else None,
        "completed_at__isnull": None if query.completed is None else not query.completed,
    }
    if query.assignee and conditions["assignee"] is None:
        return CursorPage([], None, has_more=False)
    filters = {name: value for name, value in conditions.items() if value is not None}
    return page_linked(Task, customer, query, SHOWN_WITH, **filters)


def end_of(last: datetime) -> datetime:
    """The end of a period whose last moment, or last day if it has no time, is `last`."""
    return last + (timedelta(days=1) if last.time() == time() else timedelta(microseconds=1))


@router.get("/tasks/{uuid}", auth=Key(VIEW_CUSTOMERS), response=answers(200, TaskOut))
def retrieve_task(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return serialize(find_row(Task, uuid, *SHOWN_WITH))


@router.patch("/tasks/{uuid}", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, TaskOut))
def update_task(request: ApiRequest, uuid: str, body: TaskChanges) -> dict[str, Any]:
    tasks.edit(find_row(Task, uuid), values_from(body), by=request.by)
    return serialize(find_row(Task, uuid, *SHOWN_WITH))


@router.delete("/tasks/{uuid}", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, Nothing))
def delete_task(request: ApiRequest, uuid: str) -> dict[str, Any]:
    tasks.delete(find_row(Task, uuid), by=request.by)
    return {}
