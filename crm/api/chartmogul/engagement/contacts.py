"""Contacts: the people to talk to at a customer."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Schema, Status

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.engagement.common import CHANGE, VIEW, Custom, Nothing, custom, refusals, row
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.paging import Page, Paged, page, page_of
from customers.engagement import contacts
from customers.lib.text import can_be_stored
from customers.models import Contact, Customer

router = Router(tags=["Contacts"])

SHOWN_WITH = ("source_record__customer", "source_record__data_source")
TEXTS = ("first_name", "last_name", "title", "email", "phone", "linked_in", "twitter", "notes", "external_id")


class ContactChanges(Schema):
    external_id: str | None = None
    position: int | None = None
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    linked_in: str | None = None
    twitter: str | None = None
    notes: str | None = None
    custom: Custom | None = None


class ContactOfCustomerIn(ContactChanges):
    """`customer_external_id` says which record of a merged customer gets the contact."""

    data_source_uuid: str
    customer_external_id: str | None = None


class ContactIn(ContactOfCustomerIn):
    customer_uuid: str


class ContactOut(Schema):
    uuid: str
    customer_uuid: str | None
    customer_external_id: str | None
    data_source_uuid: str
    external_id: str | None
    position: int
    first_name: str | None
    last_name: str | None
    title: str | None
    email: str | None
    phone: str | None
    linked_in: str | None
    twitter: str | None
    notes: str | None
    custom: dict[str, Any]


class ContactsOut(Schema):
    entries: list[ContactOut]
    cursor: str | None
    has_more: bool


class AskedOfCustomer(Paged):
    data_source_uuid: str | None = None
    customer_external_id: str | None = None
    email: str | None = None


class Asked(AskedOfCustomer):
    customer_uuid: str | None = None


def shape(contact: Contact) -> dict[str, Any]:
    record = contact.source_record
    return {
        "uuid": contact.uuid,
        "customer_uuid": record.customer.uuid,
        "customer_external_id": record.external_id,
        "data_source_uuid": record.data_source.uuid,
        "position": contact.position,
        "custom": contact.custom,
        **{name: getattr(contact, name) or None for name in TEXTS},
    }


def read(body: ContactChanges) -> dict[str, Any]:
    """What was sent, null for nothing."""
    sent = body.model_dump(include={*TEXTS, "position"}, exclude_unset=True)
    values = {name: "" if value is None else value for name, value in sent.items() if name != "position"}
    if sent.get("position") is not None:
        values["position"] = sent["position"]
    return values | ({"custom": custom(body.custom)} if body.custom is not None else {})


def create(request: ApiRequest, customer: Customer, body: ContactOfCustomerIn) -> Status[dict[str, Any]]:
    source = lookup.data_source(body.data_source_uuid)
    with refusals():
        made = contacts.add(customer, source, read(body), by=request.by, known_as=body.customer_external_id)
    return Status(201, shape(row(Contact, made.uuid, "source_record__data_source")))


def entries(customer: Customer | None, asked: AskedOfCustomer) -> dict[str, Any]:
    found = find(customer, asked)
    return found.as_list("entries", [shape(contact) for contact in found.rows])


def find(customer: Customer | None, asked: AskedOfCustomer) -> Page[Contact]:
    filters = {"email": asked.email.strip().lower()} if asked.email else {}
    source = lookup.data_source(asked.data_source_uuid) if asked.data_source_uuid else None
    if not all(can_be_stored(text) for text in (asked.customer_external_id or "", asked.email or "")):
        return Page([], None, has_more=False)
    if asked.customer_external_id is None:
        return page_of(Contact, customer, asked, SHOWN_WITH, source=source, **filters)
    known = lookup.records(asked.customer_external_id, source, customer)
    return page(Contact.objects.filter(source_record__in=known, **filters).select_related(*SHOWN_WITH), asked)


@router.post("/contacts", auth=Key(CHANGE), response=answers(201, ContactOut))
def create_contact(request: ApiRequest, body: ContactIn) -> Status[dict[str, Any]]:
    return create(request, lookup.customer(body.customer_uuid), body)


@router.post("/customers/{customer_uuid}/contacts", auth=Key(CHANGE), response=answers(201, ContactOut))
def create_contact_of_customer(
    request: ApiRequest, customer_uuid: str, body: ContactOfCustomerIn
) -> Status[dict[str, Any]]:
    return create(request, lookup.customer(customer_uuid), body)


@router.get("/contacts", auth=Key(VIEW), response=answers(200, ContactsOut))
def list_contacts(request: ApiRequest, asked: Query[Asked]) -> dict[str, Any]:
    return entries(lookup.customer(asked.customer_uuid) if asked.customer_uuid else None, asked)


@router.get("/customers/{customer_uuid}/contacts", auth=Key(VIEW), response=answers(200, ContactsOut))
def list_contacts_of_customer(request: ApiRequest, customer_uuid: str, asked: Query[AskedOfCustomer]) -> dict[str, Any]:
    return entries(lookup.customer(customer_uuid), asked)


@router.get("/contacts/{uuid}", auth=Key(VIEW), response=answers(200, ContactOut))
def retrieve_contact(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return shape(row(Contact, uuid, "source_record__data_source"))


@router.patch("/contacts/{uuid}", auth=Key(CHANGE), response=answers(200, ContactOut))
def update_contact(request: ApiRequest, uuid: str, body: ContactChanges) -> dict[str, Any]:
    with refusals():
        contacts.edit(row(Contact, uuid), read(body), by=request.by)
    return shape(row(Contact, uuid, "source_record__data_source"))


@router.delete("/contacts/{uuid}", auth=Key(CHANGE), response=answers(200, Nothing))
def delete_contact(request: ApiRequest, uuid: str) -> dict[str, Any]:
    with refusals():
        contacts.delete(row(Contact, uuid), by=request.by)
    return {}


@router.post("/contacts/{into_uuid}/merge/{from_uuid}", auth=Key(CHANGE), response=answers(200, ContactOut))
def merge_contacts(request: ApiRequest, into_uuid: str, from_uuid: str) -> dict[str, Any]:
    into, goes = row(Contact, into_uuid, param="into_uuid"), row(Contact, from_uuid, param="from_uuid")
    with refusals():
        contacts.merge(into, goes, by=request.by)
    # Whose it is, is not answered here, as the original has it.
    return shape(row(Contact, into_uuid, "source_record__data_source")) | {"customer_uuid": None}
