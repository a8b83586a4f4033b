"""Opportunities: possible deals with a customer."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Schema, Status

from crm.accounts.models import User
from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.engagement.common import Custom, Nothing, custom_values, find_row
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.fields import Number
from crm.api.chartmogul.money import cents
from crm.api.chartmogul.paging import CursorPage, CursorQuery, PageOut, page_linked
from crm.api.chartmogul.times import Day, format_time
from crm.api.chartmogul.users import email_of, find_user
from customers.engagement import opportunities
from customers.lib.money import from_minor_units
from customers.lib.text import can_be_stored
from customers.models import ForecastCategory, Opportunity, OpportunityKind
from customers.permissions import CHANGE_CUSTOMERS, VIEW_CUSTOMERS

router = Router(tags=["Opportunities"])

SHOWN_WITH = ("source_record__customer", "owner")
SAME_NAMES = ("pipeline", "pipeline_stage", "estimated_close_date", "currency", "forecast_category", "win_likelihood")


class OpportunityChanges(Schema):
    owner: str | None = None
    pipeline: str | None = None
    pipeline_stage: str | None = None
    estimated_close_date: Day | None = None
    amount_in_cents: Number | None = None
    currency: str | None = None
    type: OpportunityKind | None = None
    forecast_category: ForecastCategory | None = None
    win_likelihood: Number | None = None
    custom: Custom | None = None


class OpportunityIn(OpportunityChanges):
    customer_uuid: str
    owner: str
    pipeline: str
    pipeline_stage: str
    estimated_close_date: Day
    amount_in_cents: Number
    currency: str


class OpportunityOut(Schema):
    uuid: str
    customer_uuid: str
    owner: str
    pipeline: str
    pipeline_stage: str
    estimated_close_date: str
    currency: str
    amount_in_cents: int
    type: OpportunityKind
    forecast_category: ForecastCategory
    win_likelihood: int
    custom: dict[str, Any]
    created_at: str
    updated_at: str


class OpportunitiesOut(PageOut):
    entries: list[OpportunityOut]


class OpportunityQuery(CursorQuery):
    customer_uuid: str | None = None
    owner: str | None = None
    pipeline: str | None = None
    pipeline_stage: str | None = None
    estimated_close_date_on_or_after: Day | None = None
    estimated_close_date_on_or_before: Day | None = None


def serialize(opportunity: Opportunity) -> dict[str, Any]:
    return {
        "uuid": opportunity.uuid,
        "customer_uuid": opportunity.source_record.customer.uuid,
        "owner": email_of(opportunity.owner),
        "pipeline": opportunity.pipeline,
        "pipeline_stage": opportunity.pipeline_stage,
        "estimated_close_date": opportunity.estimated_close_date.isoformat(),
        "currency": opportunity.currency,
        "amount_in_cents": cents(opportunity.amount, opportunity.currency),
        "type": opportunity.kind,
        "forecast_category": opportunity.forecast_category,
        "win_likelihood": opportunity.win_likelihood,
        "custom": opportunity.custom,
        "created_at": format_time(opportunity.at),
        "updated_at": format_time(opportunity.updated),
    }


def values_from(body: OpportunityChanges, currency: str = "") -> dict[str, Any]:
    """The sent values by column; null counts as not sent. Without a currency the amount is in `currency`."""
    values: dict[str, Any] = body.model_dump(include=set(SAME_NAMES), exclude_none=True)
    if "currency" in values:
        values["currency"] = currency = values["currency"].strip().upper()
    if body.amount_in_cents is not None:
        values["amount"] = from_minor_units(body.amount_in_cents, currency)
    if body.type is not None:
        values["kind"] = body.type
    if body.owner is not None:
        values["owner"] = find_user(body.owner, "owner")
    return values | ({"custom": custom_values(body.custom)} if body.custom is not None else {})


@router.post("/opportunities", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(201, OpportunityOut))
def create_opportunity(request: ApiRequest, body: OpportunityIn) -> Status[dict[str, Any]]:
    customer = lookup.customer(body.customer_uuid)
    opportunity = opportunities.add(customer, values_from(body), by=request.by)
    return Status(201, serialize(find_row(Opportunity, opportunity.uuid, *SHOWN_WITH)))


@router.get("/opportunities", auth=Key(VIEW_CUSTOMERS), response=answers(200, OpportunitiesOut))
def list_opportunities(request: ApiRequest, query: Query[OpportunityQuery]) -> dict[str, Any]:
    page = find_page(query)
    return page.as_list("entries", [serialize(opportunity) for opportunity in page.rows])


def find_page(query: OpportunityQuery) -> CursorPage[Opportunity]:
    customer = lookup.customer(query.customer_uuid) if query.customer_uuid else None
    conditions: dict[str, Any] = {
        "pipeline": query.pipeline,
        "pipeline_stage": query.pipeline_stage,
        "estimated_close_date__gte": query.estimated_close_date_on_or_after,
        "estimated_close_date__lte": query.estimated_close_date_on_or_before,
        "owner": User.with_email(query.owner) if query.owner else None,
    }
    is_unknown_owner = query.owner and conditions["owner"] is None
    if is_unknown_owner or not all(can_be_stored(text) for text in (query.pipeline or "", query.pipeline_stage or "")):
        return CursorPage([], None, has_more=False)
    filters = {name: value for name, value in conditions.items() if value is not None}
    return page_linked(Opportunity, customer, query, SHOWN_WITH, **filters)


@router.get("/opportunities/{uuid}", auth=Key(VIEW_CUSTOMERS), response=answers(200, OpportunityOut))
def retrieve_opportunity(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return serialize(find_row(Opportunity, uuid, *SHOWN_WITH))


@router.patch(
    "/opportunities/{uuid}", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, OpportunityOut)
)
def update_opportunity(request: ApiRequest, uuid: str, body: OpportunityChanges) -> dict[str, Any]:
    opportunity = find_row(Opportunity, uuid)
    opportunities.edit(opportunity, values_from(body, opportunity.currency), by=request.by)
    return serialize(find_row(Opportunity, uuid, *SHOWN_WITH))


@router.delete("/opportunities/{uuid}", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, Nothing))
def delete_opportunity(request: ApiRequest, uuid: str) -> dict[str, Any]:
    opportunities.delete(find_row(Opportunity, uuid), by=request.by)
    return {}
