"""Customers: created, listed, searched, changed, deleted. Matched by the id in their data source, never by email."""

from typing import Any

from ninja import Query, Router, Status

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.customers.changes import changed_customers, serialize_changes
from crm.api.chartmogul.customers.requests import description_from
from crm.api.chartmogul.customers.responses import CustomerFacts, facts_of, serialize, serialize_all
from crm.api.chartmogul.customers.schemas import (
    AttributeOptions,
    CustomerChange,
    CustomerChangesOut,
    CustomerIn,
    CustomerListQuery,
    CustomerOut,
    CustomerPageOut,
    CustomerSearchQuery,
)
from crm.api.chartmogul.customers.search import customer_page
from crm.api.chartmogul.errors import answers, refusal
from crm.api.chartmogul.paging import CursorQuery, page_growing
from crm.api.chartmogul.snapshots import growing_list
from customers.erasing.erase import erase_customer
from customers.matching.lookup import with_email
from customers.permissions import ADD_CUSTOMERS, CHANGE_CUSTOMERS, DELETE_CUSTOMERS, VIEW_CUSTOMERS
from customers.sources import customers

router = Router(tags=["Customers"], by_alias=True, exclude_unset=True)


@router.post("/customers", auth=Key(ADD_CUSTOMERS), response=answers(201, CustomerOut))
def create_customer(request: ApiRequest, body: CustomerIn) -> Status[dict[str, Any]]:
    source = lookup.data_source(body.data_source_uuid)
    record = customers.create(description_from(body), source=source, external_id=body.external_id, by=request.by)
    customer = record.customer
    # Saves queries: a customer without labels is new in all else.
    facts = facts_of([customer], with_orders=False)[customer.pk] if body.attributes else CustomerFacts([record])
    return Status(201, serialize(customer, facts, request))


@router.get("/customers", auth=Key(VIEW_CUSTOMERS), response=answers(200, CustomerPageOut))
@growing_list
def list_customers(request: ApiRequest, query: Query[CustomerListQuery]) -> dict[str, Any]:
    page = customer_page(query, request.horizon)
    return page.as_list("entries", serialize_all(page.rows, request))


@router.get("/customers/changes", auth=Key(VIEW_CUSTOMERS), response=answers(200, CustomerChangesOut))
@growing_list
def list_changes(request: ApiRequest, query: Query[CursorQuery]) -> dict[str, Any]:
    """An addition of Reunite: customers by their latest change, also those that were merged or erased since."""
    page = page_growing(changed_customers(), query, request.horizon, by="updated")
    return page.as_list("entries", serialize_changes(page.rows, request))


@router.get("/customers/search", auth=Key(VIEW_CUSTOMERS), response=answers(200, CustomerPageOut))
@growing_list
def search_customers(request: ApiRequest, query: Query[CustomerSearchQuery]) -> dict[str, Any]:
    matches = with_email(query.email, contacts_too=query.with_associated_emails)
    page = page_growing(matches.select_related("owner"), query, request.horizon, by="created")
    if not page.rows and not query.cursor:
        raise no_such_email(query.email)
    return page.as_list("entries", serialize_all(page.rows, request))


def no_such_email(email: str) -> Exception:
    return refusal(404, f'Can\'t find any customers with email: "{email}"', "email")


@router.get("/customers/{uuid}", auth=Key(VIEW_CUSTOMERS), response=answers(200, CustomerOut))
def retrieve_customer(request: ApiRequest, uuid: str, options: Query[AttributeOptions]) -> dict[str, Any]:
    (shown,) = serialize_all([lookup.customer(uuid)], request)
    return shown | {"attributes": with_options(shown["attributes"], options)}


def with_options(attributes: dict[str, Any], options: AttributeOptions) -> dict[str, Any]:
    # Both are empty: no value overrides another, and no history of values is kept.
    shown = {"overrides": options.with_overrides, "historical_values": options.attributes_with_history}
    return attributes | {name: {} for name, is_shown in shown.items() if is_shown}


@router.patch("/customers/{uuid}", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, CustomerOut))
def change_customer(request: ApiRequest, uuid: str, body: CustomerChange) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    changed = customers.change(customer, description_from(body, customer), by=request.by)
    return serialize_all([changed], request)[0]


@router.delete("/customers/{uuid}", auth=Key(VIEW_CUSTOMERS, DELETE_CUSTOMERS), response=answers(204, None))
def delete_customer(request: ApiRequest, uuid: str) -> Status[None]:
    erase_customer(lookup.customer(uuid), version=None, by=request.by)
    return Status(204, None)
