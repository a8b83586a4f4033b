"""Notes and calls, at the older address and at the newer: the same rows with the same uuids."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Query, Router, Schema, Status

from crm.accounts.models import User
from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.engagement.common import AboutIn, AboutOut, Nothing, find_row, serialize_target, target
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.fields import Number
from crm.api.chartmogul.paging import CursorPage, CursorQuery, PageOut, page_linked
from crm.api.chartmogul.times import Moment, format_time
from crm.api.chartmogul.users import author_line, find_user
from customers.engagement import notes
from customers.models import Contact, Note, NoteKind
from customers.permissions import CHANGE_CUSTOMERS, VIEW_CUSTOMERS

router = Router(tags=["Notes"])

SHOWN_WITH = ("source_record__customer", "contact", "by")


class NoteChanges(Schema):
    text: str | None = None
    author_email: str | None = None
    call_duration: Number | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class NoteIn(NoteChanges):
    customer_uuid: str | None = None
    associated_object_identifier: AboutIn | None = None
    type: NoteKind


class CustomerNoteOut(Schema):
    uuid: str
    customer_uuid: str
    type: NoteKind
    text: str
    call_duration: int
    author: str
    created_at: str
    updated_at: str


class CustomerNotesOut(PageOut):
    entries: list[CustomerNoteOut]


class NoteOut(CustomerNoteOut, AboutOut):
    pass


class NotesOut(PageOut):
    entries: list[NoteOut]


class NoteQuery(CursorQuery):
    customer_uuid: str | None = None
    contact_uuid: str | None = None
    type: NoteKind | None = None
    author_email: str | None = None


def serialize(note: Note) -> dict[str, Any]:
    return {
        "uuid": note.uuid,
        **serialize_target(note),
        "type": note.kind,
        "text": note.text,
        "call_duration": note.call_duration,
        "author": author_line(note.by),
        "created_at": format_time(note.at),
        "updated_at": format_time(note.updated),
    }


def values_from(body: NoteChanges) -> dict[str, Any]:
    """The sent values by column; null counts as not sent."""
    names = {"text": "text", "call_duration": "call_duration", "created_at": "at", "updated_at": "updated"}
    sent: dict[str, str | int | datetime | User] = body.model_dump(include=set(names), exclude_none=True)
    values = {names[name]: value for name, value in sent.items()}
    return values | ({"by": find_user(body.author_email, "author_email")} if body.author_email else {})


@router.post(
    "/customer_notes",
    auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS),
    response=answers(201, CustomerNoteOut),
    operation_id="create_customer_note",
)
@router.post(
    "/notes", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(201, NoteOut), operation_id="create_note"
)
def create_note(request: ApiRequest, body: NoteIn) -> Status[dict[str, Any]]:
    about = target(body.customer_uuid, body.associated_object_identifier)
    note = notes.add(about, {**values_from(body), "kind": body.type}, by=request.by)
    return Status(201, serialize(find_row(Note, note.uuid, *SHOWN_WITH)))


@router.get(
    "/customer_notes",
    auth=Key(VIEW_CUSTOMERS),
    response=answers(200, CustomerNotesOut),
    operation_id="list_customer_notes",
)
@router.get("/notes", auth=Key(VIEW_CUSTOMERS), response=answers(200, NotesOut), operation_id="list_notes")
def list_notes(request: ApiRequest, query: Query[NoteQuery]) -> dict[str, Any]:
    page = find_page(query)
    return page.as_list("entries", [serialize(note) for note in page.rows])


def find_page(query: NoteQuery) -> CursorPage[Note]:
    customer = lookup.customer(query.customer_uuid) if query.customer_uuid else None
    filters: dict[str, Any] = {"kind": query.type} if query.type else {}
    if query.contact_uuid:
        filters["contact"] = find_row(Contact, query.contact_uuid, param="contact_uuid")
    if query.author_email:
        filters["by"] = User.with_email(query.author_email)
        if filters["by"] is None:
            return CursorPage([], None, has_more=False)
    return page_linked(Note, customer, query, SHOWN_WITH, **filters)


@router.get(
    "/customer_notes/{uuid}",
    auth=Key(VIEW_CUSTOMERS),
    response=answers(200, CustomerNoteOut),
    operation_id="retrieve_customer_note",
)
@router.get("/notes/{uuid}", auth=Key(VIEW_CUSTOMERS), response=answers(200, NoteOut), operation_id="retrieve_note")
def retrieve_note(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return serialize(find_row(Note, uuid, *SHOWN_WITH))


@router.patch(
    "/customer_notes/{uuid}",
    auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS),
    response=answers(200, CustomerNoteOut),
    operation_id="update_customer_note",
)
@router.patch(
    "/notes/{uuid}",
    auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS),
    response=answers(200, NoteOut),
    operation_id="update_note",
)
def update_note(request: ApiRequest, uuid: str, body: NoteChanges) -> dict[str, Any]:
    notes.edit(find_row(Note, uuid), values_from(body), by=request.by)
    return serialize(find_row(Note, uuid, *SHOWN_WITH))


@router.delete(
    "/customer_notes/{uuid}",
    auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS),
    response=answers(200, Nothing),
    operation_id="delete_customer_note",
)
@router.delete(
    "/notes/{uuid}",
    auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS),
    response=answers(200, Nothing),
    operation_id="delete_note",
)
def delete_note(request: ApiRequest, uuid: str) -> dict[str, Any]:
    notes.delete(find_row(Note, uuid), by=request.by)
    return {}
