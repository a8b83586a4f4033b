"""Customers: made, listed, found, changed, deleted. Each has an id in its data source; none is matched by email."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from ninja import Query, Router, Status

from crm.api.chartmogul import formats, lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.customers import statuses
from crm.api.chartmogul.customers.reading import described, refused
from crm.api.chartmogul.customers.schemas import (
    CustomerChange,
    CustomerIn,
    CustomerOut,
    CustomerPageOut,
    Listed,
    Searched,
    WithOverrides,
)
from crm.api.chartmogul.customers.shapes import Facts, facts_of, shape, shapes
from crm.api.chartmogul.errors import answers, invalid, refusal
from crm.api.chartmogul.paging import Page, page, read_cursor, write_cursor
from customers.erasing.erase import EraseError, erase_customer
from customers.lib.text import can_be_stored
from customers.matching.lookup import with_email
from customers.models import Customer, DataSource
from customers.search import filters
from customers.search.filters import Criterion, Source
from customers.search.order import OLDEST_FIRST, SortPlace
from customers.search.scan import scan
from customers.sources import customers

router = Router(tags=["Customers"], by_alias=True, exclude_unset=True)

VIEW, ADD, CHANGE = "customers.view_customer", "customers.add_customer", "customers.change_customer"
DELETE = "customers.delete_customer"

MOST_STRETCHES = 25
"""After so many a page is given out that is not full; the next looks further (docs/decisions/0007)."""


@router.post("/customers", auth=Key(ADD), response=answers(201, CustomerOut))
def create_customer(request: ApiRequest, body: CustomerIn) -> Status[dict[str, Any]]:
    source = lookup.data_source(body.data_source_uuid)
    try:
        record = customers.create(described(body), source=source, external_id=body.external_id, by=request.by)
    except customers.DescribeError as error:
        raise refused(error) from None
    customer = record.customer
    # Asked for only where there can be something, because many are sent one after the other.
    facts = facts_of([customer])[customer.pk] if body.attributes else Facts([record])
    return Status(201, shape(customer, facts, request))


@router.get("/customers", auth=Key(VIEW), response=answers(200, CustomerPageOut))
def list_customers(request: ApiRequest, asked: Query[Listed]) -> dict[str, Any]:
    found = passing(list(wanted(asked)), asked)
    return found.as_list("entries", shapes(found.rows, request))


def wanted(asked: Listed) -> Iterator[Criterion]:
    for name in ("data_source_uuid", "external_id", "status", "system"):
        if not can_be_stored(getattr(asked, name)):
            raise refusal(400, "Remove the character that cannot be stored", name)
    if asked.data_source_uuid or asked.system or asked.external_id:
        yield Source(tuple(sources(asked).values_list("pk", flat=True)), asked.external_id)
    if asked.status:
        yield filters.Status(statuses.stored_as(asked.status))


def sources(asked: Listed) -> QuerySet[DataSource]:
    found = DataSource.objects.order_by("pk")
    if asked.data_source_uuid:
        found = found.filter(uuid=asked.data_source_uuid)
    if asked.system:
        found = found.filter(system__in=formats.systems(asked.system))
    return found


def passing(wanted: list[Criterion], asked: Listed) -> Page[Customer]:
    """A page of those who pass, oldest first."""
    found: list[SortPlace] = []
    end: SortPlace | None = None
    after = read_cursor(asked.cursor) if asked.cursor else None
    for number, stretch in enumerate(scan(wanted, OLDEST_FIRST, after=after), 1):
        found += stretch.passing
        end = stretch.end
        if len(found) > asked.per_page or number == MOST_STRETCHES:
            break
    is_full = len(found) > asked.per_page
    shown = found[: asked.per_page]
    last = end if end and not is_full else next(reversed(shown), None)
    rows = Customer.objects.select_related("owner").in_bulk([pk for *_, pk in shown])
    return Page(
        [rows[pk] for *_, pk in shown if pk in rows], write_cursor(*last) if last else None, is_full or end is not None
    )


@router.get("/customers/search", auth=Key(VIEW), response=answers(200, CustomerPageOut))
def search_customers(request: ApiRequest, asked: Query[Searched]) -> dict[str, Any]:
    having = with_email(asked.email, contacts_too=asked.with_associated_emails)
    found = page(having.select_related("owner"), asked, by="created", descending=False)
    if not found.rows and not asked.cursor:
        raise no_such_email(asked.email)
    return found.as_list("entries", shapes(found.rows, request))


def no_such_email(email: str) -> Exception:
    return refusal(404, f'Can\'t find any customers with email: "{email}"', "email")


@router.get("/customers/{uuid}", auth=Key(VIEW), response=answers(200, CustomerOut))
def retrieve_customer(request: ApiRequest, uuid: str, asked: Query[WithOverrides]) -> dict[str, Any]:
    (shown,) = shapes([lookup.customer(uuid)], request)
    return shown | {"attributes": overridden(shown["attributes"], asked)}


def overridden(attributes: dict[str, Any], asked: WithOverrides) -> dict[str, Any]:
    """No value here overrides another, nor is its history kept by date."""
    also = {"overrides": asked.with_overrides, "historical_values": asked.attributes_with_history}
    return attributes | {name: {} for name, is_wanted in also.items() if is_wanted}


@router.patch("/customers/{uuid}", auth=Key(CHANGE), response=answers(200, CustomerOut))
def change_customer(request: ApiRequest, uuid: str, body: CustomerChange) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    try:
        changed = customers.change(customer, described(body, customer), by=request.by)
    except customers.DescribeError as error:
        raise refused(error) from None
    return shapes([changed], request)[0]


@router.delete("/customers/{uuid}", auth=Key(DELETE), response=answers(204, None))
def delete_customer(request: ApiRequest, uuid: str) -> Status[None]:
    try:
        erase_customer(lookup.customer(uuid), version=None, by=request.by)
    except EraseError as error:
        raise invalid(customer=str(error)) from None
    return Status(204, None)
