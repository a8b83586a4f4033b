"""Activities: how recurring revenue moved, of one customer or of all."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.dateparse import parse_date
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.money import currency_sign
from crm.api.chartmogul.paging import CursorQuery, NumberedPageOut, PageOut
from crm.api.chartmogul.snapshots import growing_list
from crm.api.chartmogul.subscriptions.activity_cursor import decode_position, encode_position
from crm.api.chartmogul.times import Moment, format_time_with_offset, parse_time
from customers.lib.person_name import full_name
from customers.models import Customer, DataSource, SourceRecord
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from orders.revenue.activities import Activity, ActivityQuery, activities_of, activity_page
from orders.revenue.movements import MovementType
from orders.revenue.of_customer import movement_page
from orders.revenue.types import OriginKind

router = Router(tags=["Activities"], by_alias=True)

LARGEST_ID = 2**53 - 111  # a prime; up to 2**53 every language holds whole numbers exactly


def parse_end(value: Any) -> Any:
    """A day means its last moment."""
    at = parse_time(value)
    if isinstance(at, datetime) and parse_date(str(value).strip()):
        return datetime.combine(at, time.max, at.tzinfo)
    return at


EndMoment = Annotated[datetime, BeforeValidator(parse_end)]


class ActivityListQuery(CursorQuery):
    """Names have dashes; some clients send them with underscores, as ChartMogul's documentation shows."""

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


class CustomerActivitiesOut(NumberedPageOut):
    entries: list[CustomerActivityOut]


class AccountActivitiesOut(PageOut):
    entries: list[AccountActivityOut]
    per_page: int


@router.get(
    "/customers/{uuid}/activities", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS), response=answers(200, CustomerActivitiesOut)
)
@growing_list
def list_customer_activities(request: ApiRequest, uuid: str, query: Query[CursorQuery]) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    position = decode_position(query.cursor, "cursor") if query.cursor else None
    page = movement_page(customer.pk, limit=query.per_page, after=position, now=request.horizon)
    shown = activities_of([(customer.pk, movement) for movement in page.movements])
    return {
        "entries": [serialize_for_customer(activity) for activity in shown],
        "cursor": encode_position(shown[-1].movement.position) if shown else query.cursor,
        "has_more": page.has_more,
    }


@router.get("/activities", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS), response=answers(200, AccountActivitiesOut))
@growing_list
def list_activities(request: ApiRequest, query: Query[ActivityListQuery]) -> dict[str, Any]:
    page = activity_page(activity_query(query), limit=query.per_page, now=request.horizon)
    return {
        "entries": serialize_for_account(page.rows),
        "cursor": encode_position(page.last) if page.last else None,
        "has_more": page.has_more,
        "per_page": query.per_page,
    }


def activity_query(query: ActivityListQuery) -> ActivityQuery:
    after = query.cursor or query.after or query.start_after
    return ActivityQuery(
        start=query.start or query.start_date,
        end=query.end or query.end_date,
        types={query.type} if query.type else (),
        after=decode_position(after, "cursor" if query.cursor else "start-after") if after else None,
        newest_first=query.order == "-date",
    )


def serialize(activity: Activity) -> dict[str, Any]:
    movement, plan = activity.movement, activity.plan
    return {
        "description": f"{verb(activity)} {plan.name} plan",
        "activity-mrr-movement": movement.amount,
        "activity-mrr": movement.total,
        "activity-arr": 12 * movement.total,
        "date": format_time_with_offset(movement.at),
        "type": str(movement.type),
        "currency": movement.currency,
        "subscription-external-id": activity.purchase.external_id,
        "plan-external-id": plan.external_id or plan.sku,
    }


def verb(activity: Activity) -> str:
    if activity.movement.step.origin.kind == OriginKind.CANCELLATION:
        return "cancelled their"
    return "purchased the" if activity.movement.amount > 0 else "reduced their"


def serialize_for_customer(activity: Activity) -> dict[str, Any]:
    number = UUID(encode_position(activity.movement.position)).int % LARGEST_ID
    return serialize(activity) | {"id": number, "currency-sign": currency_sign(activity.movement.currency)}


def record_of(activity: Activity) -> SourceRecord:
    return activity.purchase.source_record


def serialize_for_account(activities: Sequence[Activity]) -> list[dict[str, Any]]:
    customers = Customer.objects.in_bulk({activity.customer for activity in activities})
    sources = DataSource.objects.in_bulk({record_of(activity).data_source_id for activity in activities})
    return [
        serialize(activity)
        | {
            "subscription-set-external-id": activity.purchase.set_external_id,
            "customer-name": full_name(customers[activity.customer].first_name, customers[activity.customer].last_name),
            "customer-uuid": customers[activity.customer].uuid,
            "customer-external-id": record_of(activity).public_id,
            "billing-connector-uuid": sources[record_of(activity).data_source_id].uuid,
            "uuid": encode_position(activity.movement.position),
        }
        for activity in activities
    ]
