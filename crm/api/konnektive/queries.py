"""The common parts of queries: find rows by id, by customer, or by day."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, TypeVar

from django.db.models import QuerySet
from pydantic import BeforeValidator, Field

from crm.accounts.models import User
from crm.api.konnektive.errors import CallError, invalid, missing
from crm.api.konnektive.fields import Email, Parameters, Text, Whole, parse_truth, written
from crm.api.konnektive.paging import DatedQuery
from customers.matching.lookup import matching_all
from customers.models import Customer, LinkedRow
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from customers.records import changed_since
from customers.records.changed_since import ChainedQuery
from customers.sources.data_sources import name_of_login
from orders.models import Order

Row = TypeVar("Row", bound=LinkedRow)


class DateKind(StrEnum):
    """Which date of a row `startDate` and `endDate` are about."""

    CREATED = "dateCreated"
    UPDATED = "dateUpdated"


def parse_ascending(text: str) -> bool:
    """1 is oldest first; for newest first some clients send 0, and some -1."""
    return text.strip() != "-1" and parse_truth(text)


class SortedQuery(DatedQuery):
    """The common parameters of queries of rows and of customers."""

    ascending: Annotated[
        bool, BeforeValidator(parse_ascending), written("string", enum=["1", "0", "-1"]), Field(alias="sortDir")
    ] = False
    customer_id: Whole | None = None

    @property
    def has_days(self) -> bool:
        return bool(self.start_date or self.end_date)


class RowQuery(SortedQuery):
    date_range_type: DateKind = DateKind.CREATED


class PersonFilter(Parameters):
    """A customer by email, phone or name."""

    email_address: Email | None = None
    phone_number: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None

    @property
    def has_any(self) -> bool:
        return any((self.email_address, self.phone_number, self.first_name, self.last_name))

    def among(self, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        name = f"{self.first_name or ''} {self.last_name or ''}".strip()
        return matching_all(customers, email=self.email_address or "", phone=self.phone_number or "", name=name)


def find_customer(number: int) -> Customer:
    """The live customer that `number` leads to; CallError if there is none."""
    customer = customer_if_any(number)
    if customer is None:
        raise invalid(customerId="This customer does not exist.")
    return customer


def customer_if_any(number: int) -> Customer | None:
    """The live customer that `number` leads to; CallError if erased."""
    customer = Customer.objects.select_related("merged_into").filter(pk=number).first()
    if customer is None:
        return None
    root = customer.live_root()
    if root.erased_at:
        raise CallError(f"Customer {root.pk} was erased.")
    return root


def find_order(number: str) -> Order:
    order = Order.objects.filter(number=number).select_related("source_record").first()
    if order is None:
        raise missing("order", number, parameter="orderId", noun="order")
    return order


def sees_people(user: User) -> bool:
    return user.has_perm(VIEW_CUSTOMERS)


def find_order_sent_by(user: User, number: str) -> Order:
    """The order that a call adds to. A user who may not view orders finds only those that their own login has sent."""
    orders = Order.objects.filter(number=number)
    if not user.has_perms([VIEW_CUSTOMERS, VIEW_ORDERS]):
        orders = orders.filter(data_source__name=name_of_login(user.username))
    order = orders.select_related("source_record").first()
    if order is None:
        raise missing("order", number, parameter="orderId", noun="order")
    return order


def filter_rows(rows: QuerySet[Row], query: RowQuery, *, by_id: bool, written: str = "updated") -> ChainedQuery[Row]:
    """The rows of the customer and the days in `query`; without an id, days are required.

    `written` is the column with the time of the last edit.
    """
    owner = None
    if query.customer_id is not None:
        customer = customer_if_any(query.customer_id)
        rows = rows.filter(source_record__customer=customer) if customer else rows.none()
        owner = customer.pk if customer else None
    if isinstance(query, PersonFilter) and query.has_any:
        rows = rows.filter(source_record__customer__in=query.among(Customer.objects.all()))
    if not query.has_days and (by_id or query.customer_id is not None):
        sign = "" if query.ascending else "-"
        return ChainedQuery(rows.order_by(f"{sign}at", f"{sign}pk"), owner=owner)
    if query.date_range_type is DateKind.UPDATED:
        return changed_since.changed_in(rows, query.period(), by=written, ascending=query.ascending)
    return ChainedQuery(changed_since.created_in(rows, query.period(), ascending=query.ascending), owner=owner)


def without_none(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
