"""Opportunities: deals that may come about with a customer."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Schema, Status

from crm.accounts.models import User
from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.engagement.common import CHANGE, VIEW, Custom, Nothing, custom, refusals, row
from crm.api.chartmogul.engagement.users import address, user
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.formats import cents, moment
from crm.api.chartmogul.paging import Page, Paged, page_of
from crm.api.chartmogul.times import Day
from customers.engagement import opportunities
from customers.lib.money import from_minor_units
from customers.lib.text import can_be_stored
from customers.models import ForecastCategory, Opportunity, OpportunityKind

router = Router(tags=["Opportunities"])

SHOWN_WITH = ("source_record__customer", "owner")
SAME = ("pipeline", "pipeline_stage", "estimated_close_date", "currency", "forecast_category", "win_likelihood")


class OpportunityChanges(Schema):
    owner: str | None = None
    pipeline: str | None = None
    pipeline_stage: str | None = None
    estimated_close_date: Day | None = None
    amount_in_cents: int | None = None
    currency: str | None = None
    type: OpportunityKind | None = None
    forecast_category: ForecastCategory | None = None
    win_likelihood: int | None = None
    custom: Custom | None = None


class OpportunityIn(OpportunityChanges):
    customer_uuid: str
    owner: str
    pipeline: str
    pipeline_stage: str
    estimated_close_date: Day
    amount_in_cents: int
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


class OpportunitiesOut(Schema):
    entries: list[OpportunityOut]
    cursor: str | None
    has_more: bool


class Asked(Paged):
    customer_uuid: str | None = None
    owner: str | None = None
    pipeline: str | None = None
    pipeline_stage: str | None = None
    estimated_close_date_on_or_after: Day | None = None
    estimated_close_date_on_or_before: Day | None = None


def shape(opportunity: Opportunity) -> dict[str, Any]:
    return {
        "uuid": opportunity.uuid,
        "customer_uuid": opportunity.source_record.customer.uuid,
        "owner": address(opportunity.owner),
        "pipeline": opportunity.pipeline,
        "pipeline_stage": opportunity.pipeline_stage,
        "estimated_close_date": opportunity.estimated_close_date.isoformat(),
        "currency": opportunity.currency,
        "amount_in_cents": cents(opportunity.amount, opportunity.currency),
        "type": opportunity.kind,
        "forecast_category": opportunity.forecast_category,
        "win_likelihood": opportunity.win_likelihood,
        "custom": opportunity.custom,
        "created_at": moment(opportunity.at),
        "updated_at": moment(opportunity.updated),
    }


def read(body: OpportunityChanges, currency: str = "") -> dict[str, Any]:
    """What was sent, the amount in `currency` where none came; what is null is as if it had not been sent."""
    values: dict[str, Any] = body.model_dump(include=set(SAME), exclude_none=True)
    if "currency" in values:
        values["currency"] = currency = values["currency"].strip().upper()
    if body.amount_in_cents is not None:
        values["amount"] = from_minor_units(body.amount_in_cents, currency)
    if body.type is not None:
        values["kind"] = body.type
    if body.owner is not None:
        values["owner"] = user(body.owner, "owner")
    return values | ({"custom": custom(body.custom)} if body.custom is not None else {})


@router.post("/opportunities", auth=Key(CHANGE), response=answers(201, OpportunityOut))
def create_opportunity(request: ApiRequest, body: OpportunityIn) -> Status[dict[str, Any]]:
    customer = lookup.customer(body.customer_uuid)
    with refusals():
        opportunity = opportunities.add(customer, read(body), by=request.by)
    return Status(201, shape(row(Opportunity, opportunity.uuid, *SHOWN_WITH)))


@router.get("/opportunities", auth=Key(VIEW), response=answers(200, OpportunitiesOut))
def list_opportunities(request: ApiRequest, asked: Query[Asked]) -> dict[str, Any]:
    found = find(asked)
    return found.as_list("entries", [shape(opportunity) for opportunity in found.rows])


def find(asked: Asked) -> Page[Opportunity]:
    customer = lookup.customer(asked.customer_uuid) if asked.customer_uuid else None
    wanted: dict[str, Any] = {
        "pipeline": asked.pipeline,
        "pipeline_stage": asked.pipeline_stage,
        "estimated_close_date__gte": asked.estimated_close_date_on_or_after,
        "estimated_close_date__lte": asked.estimated_close_date_on_or_before,
        "owner": User.known_as(asked.owner) if asked.owner else None,
    }
    nobody = asked.owner and wanted["owner"] is None
    if nobody or not all(can_be_stored(text) for text in (asked.pipeline or "", asked.pipeline_stage or "")):
        return Page([], None, has_more=False)
    filters = {name: value for name, value in wanted.items() if value is not None}
    return page_of(Opportunity, customer, asked, SHOWN_WITH, **filters)


@router.get("/opportunities/{uuid}", auth=Key(VIEW), response=answers(200, OpportunityOut))
def retrieve_opportunity(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return shape(row(Opportunity, uuid, *SHOWN_WITH))


@router.patch("/opportunities/{uuid}", auth=Key(CHANGE), response=answers(200, OpportunityOut))
def update_opportunity(request: ApiRequest, uuid: str, body: OpportunityChanges) -> dict[str, Any]:
    found = row(Opportunity, uuid)
    with refusals():
        opportunities.edit(found, read(body, found.currency), by=request.by)
    return shape(row(Opportunity, uuid, *SHOWN_WITH))


@router.delete("/opportunities/{uuid}", auth=Key(CHANGE), response=answers(200, Nothing))
def delete_opportunity(request: ApiRequest, uuid: str) -> dict[str, Any]:
    with refusals():
        opportunities.delete(row(Opportunity, uuid), by=request.by)
    return {}
