"""How recurring revenue moved: of one customer, and of everybody."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.dateparse import parse_date
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.cursors import read_place, write_place
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.formats import moment_with_offset, sign
from crm.api.chartmogul.paging import Paged
from crm.api.chartmogul.times import Moment, read_moment
from customers.lib.person_name import full_name
from customers.models import Customer, DataSource, SourceRecord
from orders.models import Purchase
from orders.revenue.activities import Activity, ActivityQuery, activity_page
from orders.revenue.ledger import read_changes
from orders.revenue.movements import MovementType
from orders.revenue.types import Cancelled

router = Router(tags=["Activities"], by_alias=True)

LARGEST_ID = 2**53 - 111
"""A prime below what every language holds exactly."""

VIEW, ORDERS = "customers.view_customer", "orders.view_order"


def read_end(value: Any) -> Any:
    """A day is meant to its end."""
    at = read_moment(value)
    if isinstance(at, datetime) and parse_date(str(value).strip()):
        return datetime.combine(at, time.max, at.tzinfo)
    return at


EndMoment = Annotated[datetime, BeforeValidator(read_end)]


class Listed(Paged):
    """The dates are written with dashes; some clients send what their documentation shows, with underscores."""

    start: Moment | None = Field(None, alias="start-date")
    start_date: Moment | None = None
    end: EndMoment | None = Field(None, alias="end-date")
    end_date: EndMoment | None = None
    type: MovementType | None = None
    order: Literal["date", "-date"] = "date"
    after: str | None = Field(None, alias="start-after")
    start_after: str | None = None


class ActivityOut(Schema):
    description: str
    movement: int = Field(alias="activity-mrr-movement")
    mrr: int = Field(alias="activity-mrr")
    arr: int = Field(alias="activity-arr")
    date: str
    type: str
    currency: str
    subscription_external_id: str = Field(alias="subscription-external-id")
    plan_external_id: str = Field(alias="plan-external-id")


class CustomerActivityOut(ActivityOut):
    id: int
    currency_sign: str = Field(alias="currency-sign")


class AccountActivityOut(ActivityOut):
    set_external_id: str = Field(alias="subscription-set-external-id")
    customer_name: str = Field(alias="customer-name")
    customer_uuid: str = Field(alias="customer-uuid")
    customer_external_id: str = Field(alias="customer-external-id")
    billing_connector_uuid: str = Field(alias="billing-connector-uuid")
    uuid: str


class CustomerActivitiesOut(Schema):
    entries: list[CustomerActivityOut]
    cursor: str | None
    has_more: bool


class AccountActivitiesOut(Schema):
    entries: list[AccountActivityOut]
    cursor: str | None
    has_more: bool
    per_page: int


@router.get("/customers/{uuid}/activities", auth=Key(VIEW, ORDERS), response=answers(200, CustomerActivitiesOut))
def list_customer_activities(request: ApiRequest, uuid: str, asked: Query[Paged]) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    read = read_changes([customer.pk])
    moves = read.series(customer.pk).movements
    if asked.cursor:
        place = read_place(asked.cursor, "cursor")
        at = next((n for n, each in enumerate(moves, 1) if each.position == place), None)
        moves = moves[at:] if at else [each for each in moves if each.position > place]
    shown = moves[: asked.per_page]
    return {
        "entries": [of_customer(Activity(each, customer.pk, read)) for each in shown],
        "cursor": write_place(shown[-1].position) if shown else None,
        "has_more": len(moves) > len(shown),
    }


@router.get("/activities", auth=Key(VIEW, ORDERS), response=answers(200, AccountActivitiesOut))
def list_activities(request: ApiRequest, asked: Query[Listed]) -> dict[str, Any]:
    found = activity_page(wanted(asked), limit=asked.per_page)
    return {
        "entries": of_account(found.rows),
        "cursor": write_place(found.last) if found.last else None,
        "has_more": found.has_more,
        "per_page": asked.per_page,
    }


def wanted(asked: Listed) -> ActivityQuery:
    after = asked.cursor or asked.after or asked.start_after
    return ActivityQuery(
        start=asked.start or asked.start_date,
        end=asked.end or asked.end_date,
        types={asked.type} if asked.type else (),
        after=read_place(after, "cursor" if asked.cursor else "start-after") if after else None,
        newest_first=asked.order == "-date",
    )


def shape(told: Activity) -> dict[str, Any]:
    movement = told.movement
    plan = told.ledger.plan(movement.change)
    return {
        "description": f"{verb(told)} {plan.name} plan",
        "activity-mrr-movement": movement.amount,
        "activity-mrr": movement.total,
        "activity-arr": 12 * movement.total,
        "date": moment_with_offset(movement.at),
        "type": str(movement.type),
        "currency": movement.currency,
        "subscription-external-id": purchase_of(told).external_id,
        "plan-external-id": plan.external_id or plan.sku,
    }


def verb(told: Activity) -> str:
    if isinstance(told.movement.change, Cancelled):
        return "cancelled their"
    return "purchased the" if told.movement.amount > 0 else "reduced their"


def of_customer(told: Activity) -> dict[str, Any]:
    number = UUID(write_place(told.movement.position)).int % LARGEST_ID
    return shape(told) | {"id": number, "currency-sign": sign(told.movement.currency)}


def purchase_of(told: Activity) -> Purchase:
    return told.ledger.purchases[told.movement.change.subscription.pk]


def record_of(told: Activity) -> SourceRecord:
    return purchase_of(told).source_record


def of_account(rows: Sequence[Activity]) -> list[dict[str, Any]]:
    customers = Customer.objects.in_bulk({told.customer for told in rows})
    sources = DataSource.objects.in_bulk({record_of(told).data_source_id for told in rows})
    return [
        shape(told)
        | {
            "subscription-set-external-id": purchase_of(told).set_external_id,
            "customer-name": full_name(customers[told.customer].first_name, customers[told.customer].last_name),
            "customer-uuid": customers[told.customer].uuid,
            "customer-external-id": record_of(told).external_id or "",
            "billing-connector-uuid": sources[record_of(told).data_source_id].uuid,
            "uuid": write_place(told.movement.position),
        }
        for told in rows
    ]
