"""Contacts: the people to talk to at a customer."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Schema, Status

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.engagement.common import Custom, Nothing, custom_values, find_row
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.fields import IdText, Number
from crm.api.chartmogul.paging import CursorPage, CursorQuery, PageOut, page_linked, page_rows
from customers.engagement import contacts
from customers.lib.text import can_be_stored
from customers.models import Contact, Customer
from customers.permissions import CHANGE_CUSTOMERS, VIEW_CUSTOMERS

router = Router(tags=["Contacts"])

SHOWN_WITH = ("source_record__customer", "source_record__data_source")
TEXTS = ("first_name", "last_name", "title", "email", "phone", "linked_in", "twitter", "notes", "external_id")


class ContactChanges(Schema):
    external_id: IdText | None = None
    position: Number | None = None
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
    """`customer_external_id` selects the record of a merged customer that gets the contact."""

    data_source_uuid: str
    customer_external_id: IdText | None = None


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


class ContactsOut(PageOut):
    entries: list[ContactOut]


class CustomerContactQuery(CursorQuery):
    data_source_uuid: str | None = None
    customer_external_id: IdText | None = None
    email: str | None = None


class ContactQuery(CustomerContactQuery):
    customer_uuid: str | None = None


def serialize(contact: Contact) -> dict[str, Any]:
    record = contact.source_record
    return {
        "uuid": contact.uuid,
        "customer_uuid": record.customer.uuid,
        "customer_external_id": record.public_id,
        "data_source_uuid": record.data_source.uuid,
        "position": contact.position,
        "custom": contact.custom,
        **{name: getattr(contact, name) or None for name in TEXTS},
    }


def values_from(body: ContactChanges) -> dict[str, Any]:
    """The sent values by column; null empties the column."""
    sent = body.model_dump(include={*TEXTS, "position"}, exclude_unset=True)
    values = {name: "" if value is None else value for name, value in sent.items() if name != "position"}
    if sent.get("position") is not None:
        values["position"] = sent["position"]
    return values | ({"custom": custom_values(body.custom)} if body.custom is not None else {})


def create(request: ApiRequest, customer: Customer, body: ContactOfCustomerIn) -> Status[dict[str, Any]]:
    source = lookup.data_source(body.data_source_uuid)
    contact = contacts.add(customer, source, values_from(body), by=request.by, known_as=body.customer_external_id)
    return Status(201, serialize(find_row(Contact, contact.uuid, "source_record__data_source")))


def contact_list(customer: Customer | None, query: CustomerContactQuery) -> dict[str, Any]:
    page = find_page(customer, query)
    return page.as_list("entries", [serialize(contact) for contact in page.rows])


def find_page(customer: Customer | None, query: CustomerContactQuery) -> CursorPage[Contact]:
    filters = {"email": query.email.strip().lower()} if query.email else {}
    source = lookup.data_source(query.data_source_uuid) if query.data_source_uuid else None
    if not all(can_be_stored(text) for text in (query.customer_external_id or "", query.email or "")):
        return CursorPage([], None, has_more=False)
    if query.customer_external_id is None:
        return page_linked(Contact, customer, query, SHOWN_WITH, source=source, **filters)
    records = lookup.record_ids(query.customer_external_id, source, customer)
    return page_rows(Contact.objects.filter(source_record__in=records, **filters).select_related(*SHOWN_WITH), query)


@router.post("/contacts", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(201, ContactOut))
def create_contact(request: ApiRequest, body: ContactIn) -> Status[dict[str, Any]]:
    return create(request, lookup.customer(body.customer_uuid), body)


@router.post(
    "/customers/{customer_uuid}/contacts", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(201, ContactOut)
)
def create_contact_of_customer(
    request: ApiRequest, customer_uuid: str, body: ContactOfCustomerIn
) -> Status[dict[str, Any]]:
    return create(request, lookup.customer(customer_uuid), body)


@router.get("/contacts", auth=Key(VIEW_CUSTOMERS), response=answers(200, ContactsOut))
def list_contacts(request: ApiRequest, query: Query[ContactQuery]) -> dict[str, Any]:
    return contact_list(lookup.customer(query.customer_uuid) if query.customer_uuid else None, query)


@router.get("/customers/{customer_uuid}/contacts", auth=Key(VIEW_CUSTOMERS), response=answers(200, ContactsOut))
def list_contacts_of_customer(
    request: ApiRequest, customer_uuid: str, query: Query[CustomerContactQuery]
) -> dict[str, Any]:
    return contact_list(lookup.customer(customer_uuid), query)


@router.get("/contacts/{uuid}", auth=Key(VIEW_CUSTOMERS), response=answers(200, ContactOut))
def retrieve_contact(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return serialize(find_row(Contact, uuid, "source_record__data_source"))


@router.patch("/contacts/{uuid}", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, ContactOut))
def update_contact(request: ApiRequest, uuid: str, body: ContactChanges) -> dict[str, Any]:
    contacts.edit(find_row(Contact, uuid), values_from(body), by=request.by)
    return serialize(find_row(Contact, uuid, "source_record__data_source"))


@router.delete("/contacts/{uuid}", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, Nothing))
def delete_contact(request: ApiRequest, uuid: str) -> dict[str, Any]:
    contacts.delete(find_row(Contact, uuid), by=request.by)
    return {}


@router.post(
    "/contacts/{into_uuid}/merge/{from_uuid}",
    auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS),
    response=answers(200, ContactOut),
)
def merge_contacts(request: ApiRequest, into_uuid: str, from_uuid: str) -> dict[str, Any]:
    into, merged = find_row(Contact, into_uuid, param="into_uuid"), find_row(Contact, from_uuid, param="from_uuid")
    contacts.merge(into, merged, by=request.by)
    # ChartMogul answers no customer here.
    return serialize(find_row(Contact, into_uuid, "source_record__data_source")) | {"customer_uuid": None}
