"""Fulfillments: queried, and updated by the fulfillment house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from django.db.models import prefetch_related_objects
from pydantic import BeforeValidator

from crm.api.konnektive.endpoint import Call, endpoint, query_endpoint
from crm.api.konnektive.errors import invalid, missing
from crm.api.konnektive.fields import Day, Id, Parameters, Whole, Word, written
from crm.api.konnektive.orders.rows import fulfillment_row
from crm.api.konnektive.paging import NumberedPage, answer_page
from crm.api.konnektive.queries import PersonFilter, RowQuery, filter_rows, find_order, without_none
from customers.lib.dates import start_of_day
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from orders.fulfillment.parcels import FulfillmentUpdate, update_fulfillment, update_fulfillments_of
from orders.models import Fulfillment, FulfillmentStatus, Order
from orders.permissions import CHANGE_ORDERS


def parse_status(text: str) -> str:
    """Words may be separated by a blank or an underscore."""
    status = "_".join(text.strip().upper().replace("_", " ").split())
    if status not in FulfillmentStatus.values:
        raise ValueError(f"Use one of {', '.join(FulfillmentStatus.values)}.")
    return status


Status = Annotated[str, BeforeValidator(parse_status), written("string", enum=FulfillmentStatus.values)]


class FulfillmentQuery(RowQuery, PersonFilter):
    fulfillment_id: Whole | None = None
    order_id: Id | None = None
    fulfillment_status: Status | None = None
    tracking_number: Word | None = None


@query_endpoint(FulfillmentQuery, VIEW_CUSTOMERS, VIEW_ORDERS)
def fulfillment_query(call: Call, query: FulfillmentQuery) -> NumberedPage:
    filters = without_none(
        pk=query.fulfillment_id,
        order__number=query.order_id,
        status=query.fulfillment_status,
        tracking_number=query.tracking_number,
    )
    by_id = any((query.fulfillment_id, query.order_id))
    rows = filter_rows(Fulfillment.objects.filter(**filters), query, by_id=by_id)
    return answer_page(rows, query, what="fulfillments", write=fulfillment_rows)


def fulfillment_rows(fulfillments: Sequence[Fulfillment]) -> list[dict[str, Any]]:
    prefetch_related_objects(fulfillments, "order__source_record")
    return [fulfillment_row(fulfillment, fulfillment.order) for fulfillment in fulfillments]


class UpdateFulfillment(Parameters):
    fulfillment_id: Whole | None = None
    order_id: Id | None = None
    fulfillment_status: Status
    tracking_number: Word | None = None
    ship_carrier: Word | None = None
    ship_method: Word | None = None
    date_shipped: Day | None = None
    date_delivered: Day | None = None
    date_returned: Day | None = None
    rma_number: Word | None = None


@endpoint(UpdateFulfillment, VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS)
def fulfillment_update(call: Call, sent: UpdateFulfillment) -> list[dict[str, Any]]:
    update = FulfillmentUpdate(
        status=FulfillmentStatus(sent.fulfillment_status),
        carrier=sent.ship_carrier or "",
        method=sent.ship_method or "",
        tracking_number=sent.tracking_number or "",
        rma_number=sent.rma_number or "",
        shipped_at=start_of_day(sent.date_shipped) if sent.date_shipped else None,
        delivered_at=start_of_day(sent.date_delivered) if sent.date_delivered else None,
        returned_at=start_of_day(sent.date_returned) if sent.date_returned else None,
    )
    if sent.fulfillment_id is not None:
        return fulfillment_rows([update_fulfillment(_find(sent.fulfillment_id), update, by=call.by)])
    return fulfillment_rows(update_fulfillments_of(_order(sent.order_id), update, by=call.by))


def _find(number: int) -> Fulfillment:
    fulfillment = Fulfillment.objects.filter(pk=number).first()
    if fulfillment is None:
        raise missing("fulfillment", number, parameter="fulfillmentId", noun="fulfillment")
    return fulfillment


def _order(number: str | None) -> Order:
    if number is None:
        raise invalid(fulfillmentId="Send the fulfillmentId, or the orderId of its order.")
    return find_order(number)
