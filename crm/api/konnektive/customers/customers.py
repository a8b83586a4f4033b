"""Customers: queried, changed, their history, notes on them."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Any

from django.db.models import QuerySet

from crm.accounts.models import User
from crm.api.konnektive.customers.addresses import read_address
from crm.api.konnektive.customers.person import Part
from crm.api.konnektive.customers.profile import read_profile, with_profile_fields
from crm.api.konnektive.customers.rows import customer_rows, history_rows, note_row
from crm.api.konnektive.endpoint import Call, endpoint, query_endpoint
from crm.api.konnektive.errors import CallError
from crm.api.konnektive.fields import Id, Message, Parameters, Truth, Whole
from crm.api.konnektive.paging import NumberedPage, answer_page
from crm.api.konnektive.queries import (
    PersonFilter,
    RowQuery,
    SortedQuery,
    customer_if_any,
    filter_rows,
    find_customer,
    without_none,
)
from customers.engagement import notes
from customers.lib.addresses.address import Address
from customers.locks import retry_on
from customers.models import Customer, HistoryEntry, Note
from customers.models.history import OF_ORDERS
from customers.permissions import CHANGE_CUSTOMERS, VIEW_CUSTOMERS, VIEW_ORDERS
from customers.profile.edit import StaleEditError, edit_profile
from customers.records import changed_since
from customers.records.changed_since import ChainedQuery
from customers.records.newest import newest
from orders.models import Order

MOST_TRIES = 5
BUSY = "Not saved. This customer is being changed at the moment. Send the request again."


class CustomerDateKind(StrEnum):
    """Which date of a customer `startDate` and `endDate` are about."""

    CREATED = "dateCreated"
    UPDATED = "dateUpdated"
    ACTIVE = "mostRecentActivity"


class CustomerQuery(SortedQuery, PersonFilter):
    date_range_type: CustomerDateKind = CustomerDateKind.CREATED
    order_id: Id | None = None
    include_custom_fields: Truth = False


@query_endpoint(CustomerQuery, VIEW_CUSTOMERS)
def customer_query(call: Call, query: CustomerQuery) -> NumberedPage:
    sees_orders = call.by.has_perm(VIEW_ORDERS)
    write = partial(customer_rows, with_custom=query.include_custom_fields, with_orders=sees_orders)
    answer = answer_page(_matching(query, with_orders=sees_orders), query, what="customers", write=write)
    if query.customer_id is not None:
        for row in answer["data"]:
            notes = newest(Note, find_customer(row["customerId"])).select_related("by")
            row["notes"] = [note_row(note) for note in notes]
    return answer


def _matching(query: CustomerQuery, *, with_orders: bool) -> ChainedQuery[Customer]:
    customers = Customer.objects.all()
    # A merge changes the duplicates too: their rows name the survivor. The rows of erased customers say when that was.
    if query.date_range_type is CustomerDateKind.CREATED:
        customers = customers.filter(erased_at=None, merged_into=None)
    matches = query.among(customers)
    if query.order_id:
        matches = matches.filter(pk__in=Order.objects.filter(number=query.order_id).values("source_record__customer"))
    if query.customer_id is not None:
        owner = customer_if_any(query.customer_id)
        return ChainedQuery(matches.filter(pk=owner.pk).order_by("pk") if owner else matches.none())
    if query.order_id and not query.has_days:
        return ChainedQuery(matches.order_by("pk"))
    by = "created" if query.date_range_type is CustomerDateKind.CREATED else "updated"
    dated = changed_since.created_in(matches, query.period(), by=by, ascending=query.ascending)
    if query.date_range_type is CustomerDateKind.ACTIVE and with_orders:
        return ChainedQuery(dated, _buyers(matches, query))
    return ChainedQuery(dated)


def _buyers(matches: QuerySet[Customer], query: CustomerQuery) -> QuerySet[Customer]:
    """Customers with an order in the period who did not change in it."""
    since, before = query.period()
    buyers = Order.objects.filter(at__gte=since, at__lt=before).values("source_record__customer")
    others = matches.filter(pk__in=buyers).exclude(updated__gte=since, updated__lt=before)
    return others.order_by("pk" if query.ascending else "-pk")


@with_profile_fields
class UpdateCustomer(Parameters):
    """A parameter that is blank or not sent does not change its value."""

    customer_id: Whole
    address1: Part | None = None
    address2: Part | None = None
    city: Part | None = None
    state: Part | None = None
    postal_code: Part | None = None
    country: Part | None = None
    ship_address1: Part | None = None
    ship_address2: Part | None = None
    ship_city: Part | None = None
    ship_state: Part | None = None
    ship_postal_code: Part | None = None
    ship_country: Part | None = None

    def values(self, before: Customer) -> dict[str, Any]:
        return without_none(
            **read_profile(self),
            billing_address=self._address("", before.billing_address),
            shipping_address=self._address("ship_", before.shipping_address),
        )

    def _address(self, prefix: str, before: Address) -> Address | None:
        sent = read_address(self, prefix)
        return before | without_none(**sent) if any(sent.values()) else None


@endpoint(UpdateCustomer, VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
def customer_update(call: Call, sent: UpdateCustomer) -> dict[str, Any]:
    try:
        customer = _edit(sent, by=call.by)
    except StaleEditError:
        raise CallError(BUSY) from None
    return customer_rows([customer], with_custom=True, with_orders=call.by.has_perm(VIEW_ORDERS))[0]


# Only the parameters that were sent change, so the edit can be made on top of another user's.
@retry_on(StaleEditError, tries=MOST_TRIES)
def _edit(sent: UpdateCustomer, *, by: User) -> Customer:
    customer = find_customer(sent.customer_id)
    return edit_profile(customer, sent.values(customer), version=customer.version, by=by, via="api")


class HistoryQuery(RowQuery):
    pass


@query_endpoint(HistoryQuery, VIEW_CUSTOMERS)
def customer_history(call: Call, query: HistoryQuery) -> NumberedPage:
    entries = HistoryEntry.objects.all()
    if not call.by.has_perm(VIEW_ORDERS):
        entries = entries.exclude(kind__in=OF_ORDERS)
    rows = filter_rows(entries, query, by_id=False, written="at")
    return answer_page(rows, query, what="history entries", write=history_rows)


class AddNote(Parameters):
    customer_id: Whole
    message: Message


@endpoint(AddNote, VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
def customer_addnote(call: Call, sent: AddNote) -> dict[str, Any]:
    note = notes.add(find_customer(sent.customer_id), {"text": sent.message}, by=call.by, unless_repeated=True)
    return {"customerId": note.source_record.customer_id, "noteId": note.pk, "message": note.text}
