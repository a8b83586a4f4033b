"""Subscription events, as billing systems report them."""

from typing import Annotated, Any

from django.db.models import Q
from ninja import Body, Query, Router, Schema, Status
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers, invalid, not_found, refusal
from crm.api.chartmogul.fields import IdText, Number
from crm.api.chartmogul.invoices.find import refusals
from crm.api.chartmogul.money import cents
from crm.api.chartmogul.paging import PageOut
from crm.api.chartmogul.subscriptions.event_search import EventQuery, all_events, event_page
from crm.api.chartmogul.times import Moment, format_time
from customers.lib.money import from_minor_units
from customers.lib.text import can_be_stored
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from orders.invoices import subscription_events
from orders.models import SubscriptionEvent
from orders.permissions import ADD_ORDERS, CHANGE_ORDERS

router = Router(tags=["Subscription events"])

COLUMNS = {
    "external_id": "external_id",
    "event_type": "kind",
    "event_date": "at",
    "effective_date": "effective",
    "subscription_external_id": "subscription_external_id",
    "subscription_set_external_id": "set_external_id",
    "plan_external_id": "plan_external_id",
    "currency": "currency",
    "quantity": "quantity",
    "event_order": "event_order",
    "retracted_event_id": "retracted",
}
AMOUNTS = {"amount_in_cents": "amount", "tax_amount_in_cents": "tax"}
NUMBERS = ("quantity", "event_order")
WRAPPING = "subscription_event"
OPTIONAL_NUMBERS = {"id", *AMOUNTS, *NUMBERS}
NUMBERS_END = 2**63


class Unwrapped(BaseModel):  # no Schema, whose validators get no plain dictionary
    """Sent as `{"subscription_event": {…}}`, without that wrapping, or with some fields beside it."""

    @model_validator(mode="before")
    @classmethod
    def unwrap(cls, sent: Any) -> Any:
        if not isinstance(sent, dict):
            return sent
        inner = sent.get(WRAPPING)
        fields = {name: value for name, value in sent.items() if name != WRAPPING}
        fields = fields | inner if isinstance(inner, dict) else sent
        # Clients send "" for a number that they do not have.
        blank = {name for name in OPTIONAL_NUMBERS if isinstance(text := fields.get(name), str) and not text.strip()}
        return {name: value for name, value in fields.items() if name not in blank}


class EventIds(Unwrapped):
    """An event, by its id, or by its data source and external ID."""

    id: Number | None = None
    data_source_uuid: str | None = None
    external_id: IdText | None = None


class EventDisabledIn(EventIds):
    disabled: bool


class EventIdsInQuery(Schema):
    """As the Ruby client sends it."""

    id: Annotated[int | None, BeforeValidator(lambda sent: sent or None)] = Field(None, alias="subscription_event[id]")
    data_source_uuid: str | None = Field(None, alias="subscription_event[data_source_uuid]")
    external_id: IdText | None = Field(None, alias="subscription_event[external_id]")


class EventChanges(EventIds):
    customer_external_id: IdText | None = None
    event_type: str | None = None
    event_date: Moment | None = None
    effective_date: Moment | None = None
    subscription_external_id: IdText | None = None
    subscription_set_external_id: IdText | None = None
    plan_external_id: IdText | None = None
    currency: str | None = None
    amount_in_cents: Number | None = None
    tax_amount_in_cents: Number | None = None
    quantity: Number | None = None
    event_order: Number | None = None
    retracted_event_id: IdText | None = None


class EventIn(EventChanges):
    data_source_uuid: str
    customer_external_id: IdText
    event_type: str
    event_date: Moment
    effective_date: Moment
    subscription_external_id: IdText


class EventOut(Schema):
    id: int
    external_id: str | None
    data_source_uuid: str
    customer_external_id: str
    event_type: str
    event_date: str
    effective_date: str
    subscription_external_id: str
    subscription_set_external_id: str | None
    plan_external_id: str | None
    currency: str | None
    amount_in_cents: int | None
    tax_amount_in_cents: int | None
    quantity: int | None
    event_order: int | None
    retracted_event_id: str | None
    errors: dict[str, str]
    created_at: str
    updated_at: str
    disabled: bool
    disabled_at: str | None
    disabled_by: str | None


class Meta(Schema):
    """For older clients, which page by number."""

    next_key: int | None = None
    prev_key: int | None = None
    before_key: str | None = None
    page: int = 1
    total_pages: int | None = None


class EventsOut(PageOut):
    subscription_events: list[EventOut]
    meta: Meta


def serialize(event: SubscriptionEvent) -> dict[str, Any]:
    return {
        "id": event.pk,
        "external_id": event.external_id,
        "data_source_uuid": event.data_source.uuid,
        "customer_external_id": event.source_record.public_id,
        "event_type": event.kind,
        "event_date": format_time(event.at),
        "effective_date": format_time(event.effective),
        "subscription_external_id": event.subscription_external_id,
        "subscription_set_external_id": event.set_external_id or None,
        "plan_external_id": event.plan_external_id or None,
        "currency": event.currency or None,
        "amount_in_cents": None if event.amount is None else cents(event.amount, event.currency),
        "tax_amount_in_cents": None if event.tax is None else cents(event.tax, event.currency),
        "quantity": event.quantity,
        "event_order": event.event_order,
        "retracted_event_id": event.retracted or None,
        "errors": {},
        "created_at": format_time(event.created),
        "updated_at": format_time(event.updated),
        "disabled": event.disabled_at is not None,
        "disabled_at": format_time(event.disabled_at),
        "disabled_by": event.disabled_by.email if event.disabled_by else None,
    }


def values_from(sent: EventChanges, currency: str) -> dict[str, Any]:
    """The sent values by column; null empties the column."""
    values: dict[str, Any] = {}
    fields = sent.model_dump(exclude_unset=True)
    currency = (fields.get("currency") or currency).upper()
    for name, value in fields.items():
        if name in AMOUNTS:
            values[AMOUNTS[name]] = None if value is None else from_minor_units(value, currency)
        elif name in NUMBERS:
            values[name] = value
        elif name in COLUMNS and (value is not None or not name.endswith(("_date", "_type"))):
            values[COLUMNS[name]] = value or ""
    return values | ({"currency": currency} if fields.get("currency") else {})


@router.post("/subscription_events", auth=Key(ADD_ORDERS), response=answers(201, EventOut))
def create_subscription_event(request: ApiRequest, body: EventIn) -> Status[dict[str, Any]]:
    record = lookup.source_record(body.data_source_uuid, body.customer_external_id, "customer_external_id")
    with refusals():
        event = subscription_events.add(record, values_from(body, ""), by=request.by)
    return Status(201, serialize(event))


@router.get("/subscription_events", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS), response=answers(200, EventsOut))
def list_subscription_events(request: ApiRequest, query: Query[EventQuery]) -> dict[str, Any]:
    page = event_page(query)
    meta = Meta()
    if query.page > 1 or not query.cursor:
        meta = Meta(page=query.page, total_pages=query.page + page.has_more)
    return page.as_list("subscription_events", [serialize(event) for event in page.rows]) | {"meta": meta}


@router.patch(
    "/subscription_events", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS), response=answers(200, EventOut)
)
def update_subscription_event(request: ApiRequest, body: EventChanges) -> dict[str, Any]:
    event = find(body)
    refuse_another_customer(event, body)
    with refusals():
        return serialize(subscription_events.change(event, values_from(body, event.currency), by=request.by))


@router.delete(
    "/subscription_events", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS), response=answers(204, None)
)
def delete_subscription_event(
    request: ApiRequest, query: Query[EventIdsInQuery], body: Body[EventIds | None] = None
) -> Status[None]:
    ids = body if body and body.model_fields_set else EventIds(**query.model_dump())
    with refusals():
        subscription_events.delete(find(ids), by=request.by)
    return Status(204, None)


@router.patch(
    "/subscription_events/disabled_state",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, EventOut),
)
def disable_known_subscription_event(request: ApiRequest, body: EventDisabledIn) -> dict[str, Any]:
    with refusals():
        return serialize(subscription_events.disable(find(body), disabled=body.disabled, by=request.by))


@router.patch(
    "/subscription_events/{id}/disabled_state",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, EventOut),
)
def disable_subscription_event(request: ApiRequest, id: int, body: EventDisabledIn) -> dict[str, Any]:
    with refusals():
        return serialize(subscription_events.disable(find(EventIds(id=id)), disabled=body.disabled, by=request.by))


def find(ids: EventIds) -> SubscriptionEvent:
    if ids.id is not None:
        condition, is_possible = Q(pk=ids.id), abs(ids.id) < NUMBERS_END
    elif ids.data_source_uuid and ids.external_id:
        source = lookup.data_source(ids.data_source_uuid)
        condition, is_possible = Q(data_source=source, external_id=ids.external_id), can_be_stored(ids.external_id)
    else:
        raise refusal(400, 'Parameter "id" is missing, or "data_source_uuid" and "external_id"', "id")
    event = all_events().filter(condition).first() if is_possible else None
    if event is None:
        raise not_found("Subscription event", "id")
    return event


def refuse_another_customer(event: SubscriptionEvent, body: EventChanges) -> None:
    if body.customer_external_id not in (None, event.source_record.public_id):
        raise invalid(customer_external_id="An event cannot move to another customer. Delete it and send a new one.")
