"""Customers: asked for, changed, their history, notes on them."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Any

from django.db.models import QuerySet

from crm.api.konnektive.customers.person import Name, Part, Phone
from crm.api.konnektive.customers.rows import customer_rows, history_rows, note_row
from crm.api.konnektive.endpoint import Call, endpoint
from crm.api.konnektive.errors import CallError, invalid
from crm.api.konnektive.fields import Email, Id, Message, Parameters, Text, Truth, Whole
from crm.api.konnektive.paging import page
from crm.api.konnektive.queries import Ordered, Person, Query, customer, known_as, rows, without_none
from customers.lib.address import Address
from customers.models import Customer, HistoryEntry, Note
from customers.profile import edit
from customers.profile.edit import EditError, StaleEditError, edit_profile
from customers.records import changed_since
from customers.records.changed_since import ChainedQuery
from customers.records.newest import newest
from orders.models import Order

VIEW, CHANGE = "customers.view_customer", "customers.change_customer"
MOST_TRIES = 5

BILLING = {
    "address1": "line1",
    "address2": "line2",
    "city": "city",
    "state": "state",
    "postal_code": "postal_code",
    "country": "country",
}


class OfCustomer(StrEnum):
    """Which day of a customer is meant."""

    CREATED = "dateCreated"
    UPDATED = "dateUpdated"
    ACTIVE = "mostRecentActivity"


class CustomerQuery(Ordered, Person):
    date_range_type: OfCustomer = OfCustomer.CREATED
    order_id: Id | None = None
    include_custom_fields: Truth = False


@endpoint(VIEW)
def query(call: Call) -> dict[str, Any]:
    asked = call.read(CustomerQuery)
    write = partial(customer_rows, with_custom=asked.include_custom_fields)
    answer = page(ChainedQuery(_asked_for(asked)), asked, what="customers", write=write)
    if asked.customer_id is not None:
        for row in answer["data"]:
            notes = newest(Note, customer(row["customerId"])).select_related("by")
            row["notes"] = [note_row(each) for each in notes]
    return answer


def _asked_for(asked: CustomerQuery) -> QuerySet[Customer]:
    """Somebody merged away is found by day only when the merge is what changed: then it names the survivor."""
    everybody = Customer.objects.filter(erased_at=None)
    live = everybody.filter(merged_into=None)
    found = asked.among(everybody if asked.date_range_type is OfCustomer.UPDATED else live)
    if asked.order_id:
        found = found.filter(pk__in=Order.objects.filter(number=asked.order_id).values("source_record__customer"))
    if asked.customer_id is not None:
        owner = known_as(asked.customer_id)
        return found.filter(pk=owner.pk).order_by("pk") if owner else found.none()
    if asked.order_id and not asked.has_days:
        return found.order_by("pk")
    match asked.date_range_type:
        case OfCustomer.UPDATED:
            return changed_since.created_in(found, asked.period(), by="updated", ascending=asked.ascending)
        case OfCustomer.ACTIVE:
            since, before = asked.period()
            bought = Order.objects.filter(at__gte=since, at__lt=before).values("source_record__customer")
            return found.filter(pk__in=bought).order_by("pk" if asked.ascending else "-pk")
    return changed_since.created_in(found, asked.period(), by="created", ascending=asked.ascending)


class Changes(Parameters):
    """What is sent of a customer replaces what there was; what is blank or not sent stays."""

    customer_id: Whole
    first_name: Name | None = None
    last_name: Name | None = None
    company_name: Text | None = None
    email_address: Email | None = None
    phone_number: Phone | None = None
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
    custom1: Text | None = None
    custom2: Text | None = None
    custom3: Text | None = None
    custom4: Text | None = None
    custom5: Text | None = None
    do_not_sell_name: Truth | None = None
    contact_opt_in: Truth | None = None
    email_opt_in: Truth | None = None
    is_tax_exempt: Truth | None = None

    def values(self, before: Customer) -> dict[str, Any]:
        customs = {f"custom{n}": getattr(self, f"custom{n}") for n in range(1, 6)}
        return without_none(
            first_name=self.first_name,
            last_name=self.last_name,
            company=self.company_name,
            email=self.email_address,
            phone=self.phone_number,
            do_not_sell=self.do_not_sell_name,
            sms_contact=self.contact_opt_in,
            email_opt_in=self.email_opt_in,
            tax_exempt=self.is_tax_exempt,
            billing_address=self._address("", before.billing_address),
            shipping_address=self._address("ship_", before.shipping_address),
            **customs,
        )

    def _address(self, prefix: str, before: Address) -> Address | None:
        sent = {ours: getattr(self, prefix + theirs) for theirs, ours in BILLING.items()}
        return before | without_none(**sent) if any(sent.values()) else None


@endpoint(VIEW, CHANGE)
def update(call: Call) -> dict[str, Any]:
    sent = call.read(Changes)
    return customer_rows([_edited(sent, call)], with_custom=True)[0]


def _edited(sent: Changes, call: Call) -> Customer:
    """Whoever saved in between did not see this, and this changes only what it names: so it is made again on theirs."""
    for _ in range(MOST_TRIES):
        found = customer(sent.customer_id)
        try:
            return edit_profile(found, sent.values(found), version=found.version, by=call.by, via="api")
        except StaleEditError:
            continue
        except EditError as error:
            raise CallError(str(error)) from None
    raise CallError("Not saved. This customer is being changed at the moment. Send the request again.")


class HistoryQuery(Query):
    pass


@endpoint(VIEW)
def history(call: Call) -> dict[str, Any]:
    asked = call.read(HistoryQuery)
    if asked.date_range_type != "dateCreated":
        raise invalid(dateRangeType="History entries never change. Use dateCreated.")
    found = rows(HistoryEntry, asked, HistoryEntry.objects.all(), by_id=False)
    return page(found, asked, what="history entries", write=history_rows)


class NewNote(Parameters):
    customer_id: Whole
    message: Message


@endpoint(VIEW, CHANGE)
def add_note(call: Call) -> dict[str, Any]:
    sent = call.read(NewNote)
    try:
        note = edit.add_note(customer(sent.customer_id), sent.message, by=call.by)
    except EditError as error:
        raise CallError(str(error)) from None
    return {"customerId": note.source_record.customer_id, "noteId": note.pk, "message": note.text}
