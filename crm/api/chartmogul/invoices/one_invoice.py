"""One invoice: retrieved, changed, disabled, given up, deleted."""

from typing import Any

from ninja import Query, Schema, Status

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.invoices import find, writing
from crm.api.chartmogul.invoices.find import DisabledIn, ExternalId, refusals
from crm.api.chartmogul.invoices.invoices import VIEW, router
from crm.api.chartmogul.invoices.reading import InvoiceChanges, invoice_values
from crm.api.chartmogul.invoices.writing import EVERYTHING, InvoiceOut, With, read_again
from orders.invoices import amend, delete
from orders.invoices.delete import delete_invoices_of
from orders.models import Order

__all__ = ["router"]

ALTER = "orders.change_order"


class StatusIn(Schema):
    status: str


class OfRecord(Schema):
    customer_external_id: str = ""


def shown(order: Order) -> dict[str, Any]:
    """As it is in the database now."""
    (found,) = read_again([order])
    return writing.whole(found, EVERYTHING)


@router.patch("/invoices/disabled_state", auth=Key(ALTER), response=answers(200, InvoiceOut), exclude_unset=True)
def disable_known_invoice(request: ApiRequest, known: Query[ExternalId], body: DisabledIn) -> dict[str, Any]:
    return disabled(request, find.known_invoice(known), body)


@router.patch("/invoices/{uuid}/disabled_state", auth=Key(ALTER), response=answers(200, InvoiceOut), exclude_unset=True)
def disable_invoice(request: ApiRequest, uuid: str, body: DisabledIn) -> dict[str, Any]:
    return disabled(request, find.invoice(uuid), body)


def disabled(request: ApiRequest, order: Order, body: DisabledIn) -> dict[str, Any]:
    with refusals():
        return shown(amend.disable(order, disabled=body.disabled, by=request.by))


# What the Python client’s own `modify` asks: before what takes any word for an id.
@router.patch(
    "/invoices/invoices",
    auth=Key(ALTER),
    response=answers(200, InvoiceOut),
    exclude_unset=True,
    include_in_schema=False,
    operation_id="modify_known_invoice",
)
@router.patch("/invoices", auth=Key(ALTER), response=answers(200, InvoiceOut), exclude_unset=True)
def update_known_invoice(request: ApiRequest, known: Query[ExternalId], body: InvoiceChanges) -> dict[str, Any]:
    return changed(request, find.known_invoice(known), body)


@router.get("/invoices/{uuid}", auth=Key(VIEW), response=answers(200, InvoiceOut), exclude_unset=True)
def retrieve_invoice(request: ApiRequest, uuid: str, asked: Query[With]) -> dict[str, Any]:
    (order,) = read_again([find.invoice(uuid)], asked)
    return writing.whole(order, asked)


# As above, by uuid.
@router.patch(
    "/import/customers/{uuid}/invoices",
    auth=Key(ALTER),
    response=answers(200, InvoiceOut),
    exclude_unset=True,
    include_in_schema=False,
    operation_id="modify_invoice",
)
@router.patch("/invoices/{uuid}", auth=Key(ALTER), response=answers(200, InvoiceOut), exclude_unset=True)
def update_invoice(request: ApiRequest, uuid: str, body: InvoiceChanges) -> dict[str, Any]:
    return changed(request, find.invoice(uuid), body)


def changed(request: ApiRequest, order: Order, body: InvoiceChanges) -> dict[str, Any]:
    with refusals():
        return shown(amend.change(order, invoice_values(body), by=request.by))


@router.delete("/invoices/{uuid}", auth=Key(ALTER), response=answers(204, None))
def delete_invoice(request: ApiRequest, uuid: str) -> Status[None]:
    with refusals():
        delete.delete_invoice(find.invoice(uuid), by=request.by)
    return Status(204, None)


@router.delete("/invoices", auth=Key(ALTER), response=answers(204, None))
def delete_known_invoice(request: ApiRequest, known: Query[ExternalId]) -> Status[None]:
    with refusals():
        delete.delete_invoice(find.known_invoice(known), by=request.by)
    return Status(204, None)


@router.put(
    "/data_sources/{data_source_uuid}/invoices/{external_id}/status",
    auth=Key(ALTER),
    response=answers(200, InvoiceOut),
    exclude_unset=True,
)
def give_up_invoice(request: ApiRequest, data_source_uuid: str, external_id: str, body: StatusIn) -> dict[str, Any]:
    known = ExternalId(data_source_uuid=data_source_uuid, external_id=external_id)
    with refusals():
        return shown(amend.give_up(find.known_invoice(known), body.status, by=request.by))


@router.delete(
    "/data_sources/{data_source_uuid}/customers/{uuid}/invoices", auth=Key(ALTER), response=answers(204, None)
)
def delete_invoices_of_customer(
    request: ApiRequest, data_source_uuid: str, uuid: str, asked: Query[OfRecord]
) -> Status[None]:
    source, customer = lookup.data_source(data_source_uuid), lookup.customer(uuid)
    with refusals():
        delete_invoices_of(customer, source, external_id=asked.customer_external_id, by=request.by)
    return Status(204, None)
