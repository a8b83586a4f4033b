"""The lines of invoices, one at a time."""

from typing import Any

from ninja import Query, Router, Status

from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.invoices import find
from crm.api.chartmogul.invoices.find import DisabledIn, ExternalId, refusals
from crm.api.chartmogul.invoices.reading import LineChanges, LineIn, line_values, plans_of
from crm.api.chartmogul.invoices.writing import LineOut, disabled, line
from orders.invoices import lines
from orders.invoices.schema import InvoiceLine
from orders.models import OrderItem

router = Router(tags=["Line items"])

SEND, VIEW, ALTER = "orders.add_order", "orders.view_order", "orders.change_order"


def shown(item: OrderItem) -> dict[str, Any]:
    return line(item, item.order.currency) | disabled(item)


@router.post("/import/invoices/{uuid}/line_items", auth=Key(SEND), response=answers(201, LineOut), exclude_unset=True)
def create_line_item(request: ApiRequest, uuid: str, body: LineIn) -> Status[dict[str, Any]]:
    order = find.invoice(uuid)
    with refusals():
        item = lines.add(order, InvoiceLine(**line_values(body, order.currency, plans_of([body]))), by=request.by)
    return Status(201, shown(item))


@router.get("/line_items", auth=Key(VIEW), response=answers(200, LineOut), exclude_unset=True)
def retrieve_known_line_item(request: ApiRequest, known: Query[ExternalId]) -> dict[str, Any]:
    return shown(find.known_line(known))


@router.patch("/line_items", auth=Key(ALTER), response=answers(200, LineOut), exclude_unset=True)
def update_known_line_item(request: ApiRequest, known: Query[ExternalId], body: LineChanges) -> dict[str, Any]:
    return changed(request, find.known_line(known), body)


@router.delete("/line_items", auth=Key(ALTER), response=answers(204, None))
def delete_known_line_item(request: ApiRequest, known: Query[ExternalId]) -> Status[None]:
    return deleted(request, find.known_line(known))


@router.patch("/line_items/disabled_state", auth=Key(ALTER), response=answers(200, LineOut), exclude_unset=True)
def disable_known_line_item(request: ApiRequest, known: Query[ExternalId], body: DisabledIn) -> dict[str, Any]:
    return switched(request, find.known_line(known), body)


@router.get("/line_items/{uuid}", auth=Key(VIEW), response=answers(200, LineOut), exclude_unset=True)
def retrieve_line_item(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return shown(find.line(uuid))


@router.patch("/line_items/{uuid}", auth=Key(ALTER), response=answers(200, LineOut), exclude_unset=True)
def update_line_item(request: ApiRequest, uuid: str, body: LineChanges) -> dict[str, Any]:
    return changed(request, find.line(uuid), body)


@router.delete("/line_items/{uuid}", auth=Key(ALTER), response=answers(204, None))
def delete_line_item(request: ApiRequest, uuid: str) -> Status[None]:
    return deleted(request, find.line(uuid))


@router.patch("/line_items/{uuid}/disabled_state", auth=Key(ALTER), response=answers(200, LineOut), exclude_unset=True)
def disable_line_item(request: ApiRequest, uuid: str, body: DisabledIn) -> dict[str, Any]:
    return switched(request, find.line(uuid), body)


def changed(request: ApiRequest, item: OrderItem, body: LineChanges) -> dict[str, Any]:
    values = line_values(body, item.order.currency, plans_of([body]))
    with refusals():
        return shown(lines.change(item, values, by=request.by))


def switched(request: ApiRequest, item: OrderItem, body: DisabledIn) -> dict[str, Any]:
    with refusals():
        return shown(lines.disable(item, disabled=body.disabled, by=request.by))


def deleted(request: ApiRequest, item: OrderItem) -> Status[None]:
    with refusals():
        lines.delete(item, by=request.by)
    return Status(204, None)
