"""Finding what a query asks for: by id, by customer, or of some days."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, TypeVar

from django.db.models import QuerySet
from pydantic import BeforeValidator, Field

from crm.api.konnektive.errors import CallError, invalid
from crm.api.konnektive.fields import Email, Parameters, Text, Whole, read_truth
from crm.api.konnektive.paging import Dated
from customers.matching.lookup import matching_all
from customers.models import Customer, LinkedRow
from customers.records import changed_since
from customers.records.changed_since import ChainedQuery

Row = TypeVar("Row", bound=LinkedRow)


class Of(StrEnum):
    """Which day of a row is meant."""

    CREATED = "dateCreated"
    UPDATED = "dateUpdated"


def read_ascending(text: str) -> bool:
    """1 for the oldest first; some clients write 0, and some -1, for the newest."""
    return text.strip() != "-1" and read_truth(text)


class Ordered(Dated):
    """What every query takes, about rows or about customers themselves."""

    ascending: Annotated[bool, BeforeValidator(read_ascending), Field(alias="sortDir")] = False
    customer_id: Whole | None = None

    @property
    def has_days(self) -> bool:
        return bool(self.start_date or self.end_date)


class Query(Ordered):
    """Whose rows, and of which days."""

    date_range_type: Of = Of.CREATED


class Person(Parameters):
    """By what a customer is known."""

    email_address: Email | None = None
    phone_number: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None

    @property
    def is_named(self) -> bool:
        return any((self.email_address, self.phone_number, self.first_name, self.last_name))

    def among(self, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        name = f"{self.first_name or ''} {self.last_name or ''}".strip()
        return matching_all(customers, email=self.email_address or "", phone=self.phone_number or "", name=name)


def customer(number: int) -> Customer:
    """As `known_as`, for a call that cannot go on without."""
    found = known_as(number)
    if found is None:
        raise invalid(customerId="This customer does not exist.")
    return found


def known_as(number: int) -> Customer | None:
    """The live customer that the number leads to, also that of one who was merged away; CallError if erased."""
    found = Customer.objects.select_related("merged_into").filter(pk=number).first()
    if found is None:
        return None
    root = found.live_root()
    if root.erased_at:
        raise CallError(f"Customer {root.pk} was erased.")
    return root


def rows(model: type[Row], asked: Query, found: QuerySet[Row], *, by_id: bool) -> ChainedQuery[Row]:
    """Of `found`, what belongs to the customer and the days that were asked for; days are required without an id."""
    if asked.customer_id is not None:
        owner = known_as(asked.customer_id)
        found = found.filter(source_record__customer=owner) if owner else found.none()
    if isinstance(asked, Person) and asked.is_named:
        found = found.filter(source_record__customer__in=asked.among(Customer.objects.all()))
    if not asked.has_days and (by_id or asked.customer_id is not None):
        sign = "" if asked.ascending else "-"
        return ChainedQuery(found.order_by(f"{sign}at", f"{sign}pk"))
    if asked.date_range_type is Of.UPDATED:
        return changed_since.changed_in(found, asked.period(), ascending=asked.ascending)
    return ChainedQuery(changed_since.created_in(found, asked.period(), ascending=asked.ascending))


def without_none(**filters: Any) -> dict[str, Any]:
    """The filters that were asked for."""
    return {name: value for name, value in filters.items() if value is not None}
