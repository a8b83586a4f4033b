"""The lines of invoices, one at a time."""

from typing import Any

from ninja import Query, Router, Status

from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.invoices import find
from crm.api.chartmogul.invoices.find import DisabledIn, ExternalId, refusals
from crm.api.chartmogul.invoices.requests import LineChanges, LineIn, line_values, plans_of
from crm.api.chartmogul.invoices.responses import LineOut, serialize_disabled, serialize_line
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from orders.invoices import lines
from orders.invoices.incoming import IncomingInvoiceLine
from orders.models import OrderItem
from orders.permissions import ADD_ORDERS, CHANGE_ORDERS

router = Router(tags=["Line items"])


def serialize(item: OrderItem) -> dict[str, Any]:
    return serialize_line(item, item.order.currency) | serialize_disabled(item)


@router.post(
    "/import/invoices/{uuid}/line_items", auth=Key(ADD_ORDERS), response=answers(201, LineOut), exclude_unset=True
)
def create_line_item(request: ApiRequest, uuid: str, body: LineIn) -> Status[dict[str, Any]]:
    order = find.invoice(uuid)
    with refusals():
        item = lines.add(
            order, IncomingInvoiceLine(**line_values(body, order.currency, plans_of([body]))), by=request.by
        )
    return Status(201, serialize(item))


@router.get("/line_items", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS), response=answers(200, LineOut), exclude_unset=True)
def retrieve_known_line_item(request: ApiRequest, ids: Query[ExternalId]) -> dict[str, Any]:
    return serialize(find.known_line(ids))


@router.patch(
    "/line_items",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, LineOut),
    exclude_unset=True,
)
def update_known_line_item(request: ApiRequest, ids: Query[ExternalId], body: LineChanges) -> dict[str, Any]:
    return change(request, find.known_line(ids), body)


@router.delete("/line_items", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS), response=answers(204, None))
def delete_known_line_item(request: ApiRequest, ids: Query[ExternalId]) -> Status[None]:
    return delete(request, find.known_line(ids))


@router.patch(
    "/line_items/disabled_state",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, LineOut),
    exclude_unset=True,
)
def disable_known_line_item(request: ApiRequest, ids: Query[ExternalId], body: DisabledIn) -> dict[str, Any]:
    return set_disabled(request, find.known_line(ids), body)


@router.get(
    "/line_items/{uuid}", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS), response=answers(200, LineOut), exclude_unset=True
)
def retrieve_line_item(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return serialize(find.line(uuid))


@router.patch(
    "/line_items/{uuid}",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, LineOut),
    exclude_unset=True,
)
def update_line_item(request: ApiRequest, uuid: str, body: LineChanges) -> dict[str, Any]:
    return change(request, find.line(uuid), body)


@router.delete("/line_items/{uuid}", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS), response=answers(204, None))
def delete_line_item(request: ApiRequest, uuid: str) -> Status[None]:
    return delete(request, find.line(uuid))


@router.patch(
    "/line_items/{uuid}/disabled_state",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, LineOut),
    exclude_unset=True,
)
def disable_line_item(request: ApiRequest, uuid: str, body: DisabledIn) -> dict[str, Any]:
    return set_disabled(request, find.line(uuid), body)


def change(request: ApiRequest, item: OrderItem, body: LineChanges) -> dict[str, Any]:
    values = line_values(body, item.order.currency, plans_of([body]))
    with refusals():
        return serialize(lines.change(item, values, by=request.by))


def set_disabled(request: ApiRequest, item: OrderItem, body: DisabledIn) -> dict[str, Any]:
    with refusals():
        return serialize(lines.disable(item, disabled=body.disabled, by=request.by))


def delete(request: ApiRequest, item: OrderItem) -> Status[None]:
    with refusals():
        lines.delete(item, by=request.by)
    return Status(204, None)
