"""Invoices: imported for a customer, listed, changed, disabled, given up, deleted.

All of them are in one module, because the operations on one path must belong to one router: Django takes the first
pattern that fits a path, for all methods.
"""

from typing import Any

from ninja import Query, Router, Schema, Status

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import ApiError, Invalid, answers
from crm.api.chartmogul.fields import IdText
from crm.api.chartmogul.invoices import find
from crm.api.chartmogul.invoices.changes import change_page
from crm.api.chartmogul.invoices.find import DisabledIn, ExternalId, refusals
from crm.api.chartmogul.invoices.requests import (
    InvoiceChanges,
    InvoiceIn,
    InvoicesIn,
    invoice_of,
    invoice_values,
    plans_of,
)
from crm.api.chartmogul.invoices.responses import (
    WITH_DISABLED,
    InvoiceOptions,
    InvoiceOut,
    reload_invoices,
    serialize_imported,
    serialize_invoice,
)
from crm.api.chartmogul.invoices.search import CustomerInvoiceQuery, InvoiceQuery, invoice_page
from crm.api.chartmogul.paging import CursorQuery, NumberedPageOut, PageOut
from crm.api.chartmogul.snapshots import growing_list
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from orders.invoices import amend, delete, import_
from orders.invoices.amend import change_invoice, mark_uncollected
from orders.invoices.delete import delete_invoices_of
from orders.invoices.errors import InvoiceError
from orders.invoices.import_ import find_recipient
from orders.models import Order
from orders.permissions import ADD_ORDERS, CHANGE_ORDERS

router = Router(tags=["Invoices"])


class InvoicesOut(Schema):
    invoices: list[InvoiceOut]


class InvoicesInvalid(Schema):
    """The invoices that cannot be imported, as sent, with their errors."""

    invoices: list[dict[str, Any]]


class InvoicesPageOut(InvoicesOut, NumberedPageOut):
    """Some of many."""


class InvoicesOfCustomerOut(InvoicesPageOut):
    customer_uuid: str


class InvoiceChangeOut(Schema):
    """`invoice` is null where it was deleted since."""

    uuid: str
    updated_at: str
    deleted_at: str | None
    invoice: InvoiceOut | None


class InvoiceChangesOut(PageOut):
    entries: list[InvoiceChangeOut]


class StatusIn(Schema):
    status: str


class OfRecord(Schema):
    customer_external_id: IdText = ""


@router.post(
    "/import/customers/{uuid}/invoices",
    auth=Key(ADD_ORDERS),
    response={**answers(201, InvoicesOut), 422: Invalid | InvoicesInvalid},
    exclude_unset=True,
)
def import_invoices(request: ApiRequest, uuid: str, body: InvoicesIn) -> Status[dict[str, Any]]:
    try:
        with refusals():
            orders = import_.import_invoices(address_invoices(uuid, body.invoices), by=request.by)
    except import_.InvoiceImportError as error:
        raise import_errors(body, error.errors) from None
    return Status(201, {"invoices": [serialize_imported(order) for order in reload_invoices(orders)]})


def address_invoices(uuid: str, invoices: list[InvoiceIn]) -> import_.Addressed:
    customer = lookup.customer(uuid)
    plans = plans_of(line for invoice in invoices for line in invoice.line_items)
    addressed, errors = [], []
    for sent in invoices:
        source = lookup.data_source(sent.data_source_uuid) if sent.data_source_uuid else None
        errors.append(dict[str, str]())
        try:
            record = find_recipient(customer, source=source, external_id=sent.customer_external_id or "")
            addressed.append((record, invoice_of(sent, plans)))
        except InvoiceError as error:
            errors[-1] |= error.errors
    import_.refuse_errors(errors)
    return addressed


def import_errors(body: InvoicesIn, errors: import_.AllErrors) -> ApiError:
    sent = (invoice.model_dump(mode="json", exclude_unset=True) for invoice in body.invoices)
    pairs = zip(sent, errors, strict=True)
    return ApiError(422, {"invoices": [invoice | {"errors": wrong} for invoice, wrong in pairs if wrong]})


@router.get(
    "/import/customers/{uuid}/invoices",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS),
    response=answers(200, InvoicesOfCustomerOut),
    exclude_unset=True,
)
def list_invoices_of_customer(request: ApiRequest, uuid: str, query: Query[CustomerInvoiceQuery]) -> dict[str, Any]:
    customer = lookup.customer_or_erased(uuid)
    page = invoice_page(InvoiceQuery(**query.model_dump()), customer)
    entries = [serialize_imported(order) for order in reload_invoices(page.rows, query)]
    return page.as_list("invoices", entries) | {"customer_uuid": customer.uuid}


@router.get(
    "/invoices", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS), response=answers(200, InvoicesPageOut), exclude_unset=True
)
def list_invoices(request: ApiRequest, query: Query[InvoiceQuery]) -> dict[str, Any]:
    page = invoice_page(query, lookup.customer_or_erased(query.customer_uuid) if query.customer_uuid else None)
    return page.as_list("invoices", [serialize_invoice(order, query) for order in reload_invoices(page.rows, query)])


@router.get(
    "/invoices/changes",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS),
    response=answers(200, InvoiceChangesOut),
    exclude_unset=True,
)
@growing_list
def list_changed_invoices(request: ApiRequest, query: Query[CursorQuery]) -> dict[str, Any]:
    """An addition of Reunite: invoices by their latest change, also those that were deleted since."""
    return change_page(query, request.horizon)


def reloaded(order: Order) -> dict[str, Any]:
    (current,) = reload_invoices([order])
    return serialize_invoice(current, WITH_DISABLED)


@router.patch(
    "/invoices/disabled_state",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, InvoiceOut),
    exclude_unset=True,
)
def disable_known_invoice(request: ApiRequest, ids: Query[ExternalId], body: DisabledIn) -> dict[str, Any]:
    return set_disabled(request, find.known_invoice(ids), body)


@router.patch(
    "/invoices/{uuid}/disabled_state",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, InvoiceOut),
    exclude_unset=True,
)
def disable_invoice(request: ApiRequest, uuid: str, body: DisabledIn) -> dict[str, Any]:
    return set_disabled(request, find.invoice(uuid), body)


def set_disabled(request: ApiRequest, order: Order, body: DisabledIn) -> dict[str, Any]:
    with refusals():
        return reloaded(amend.disable_invoice(order, disabled=body.disabled, by=request.by))


# Where the Python client’s own `modify` goes. Before /invoices/{uuid}, where "invoices" would be read as a uuid.
@router.patch(
    "/invoices/invoices",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, InvoiceOut),
    exclude_unset=True,
    include_in_schema=False,
    operation_id="modify_known_invoice",
)
@router.patch(
    "/invoices",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, InvoiceOut),
    exclude_unset=True,
)
def update_known_invoice(request: ApiRequest, ids: Query[ExternalId], body: InvoiceChanges) -> dict[str, Any]:
    return change(request, find.known_invoice(ids), body)


@router.get(
    "/invoices/{uuid}", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS), response=answers(200, InvoiceOut), exclude_unset=True
)
def retrieve_invoice(request: ApiRequest, uuid: str, options: Query[InvoiceOptions]) -> dict[str, Any]:
    (order,) = reload_invoices([find.invoice(uuid)], options)
    return serialize_invoice(order, options)


# The same of the client, by uuid.
@router.patch(
    "/import/customers/{uuid}/invoices",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, InvoiceOut),
    exclude_unset=True,
    include_in_schema=False,
    operation_id="modify_invoice",
)
@router.patch(
    "/invoices/{uuid}",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, InvoiceOut),
    exclude_unset=True,
)
def update_invoice(request: ApiRequest, uuid: str, body: InvoiceChanges) -> dict[str, Any]:
    return change(request, find.invoice(uuid), body)


def change(request: ApiRequest, order: Order, body: InvoiceChanges) -> dict[str, Any]:
    with refusals():
        return reloaded(change_invoice(order, invoice_values(body), by=request.by))


@router.delete("/invoices/{uuid}", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS), response=answers(204, None))
def delete_invoice(request: ApiRequest, uuid: str) -> Status[None]:
    with refusals():
        delete.delete_invoice(find.invoice(uuid), by=request.by)
    return Status(204, None)


@router.delete("/invoices", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS), response=answers(204, None))
def delete_known_invoice(request: ApiRequest, ids: Query[ExternalId]) -> Status[None]:
    with refusals():
        delete.delete_invoice(find.known_invoice(ids), by=request.by)
    return Status(204, None)


@router.put(
    "/data_sources/{data_source_uuid}/invoices/{external_id}/status",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, InvoiceOut),
    exclude_unset=True,
)
def give_up_invoice(request: ApiRequest, data_source_uuid: str, external_id: str, body: StatusIn) -> dict[str, Any]:
    ids = ExternalId(data_source_uuid=data_source_uuid, external_id=external_id)
    with refusals():
        return reloaded(mark_uncollected(find.known_invoice(ids), body.status, by=request.by))


@router.delete(
    "/data_sources/{data_source_uuid}/customers/{uuid}/invoices",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(204, None),
)
def delete_invoices_of_customer(
    request: ApiRequest, data_source_uuid: str, uuid: str, query: Query[OfRecord]
) -> Status[None]:
    source, customer = lookup.data_source(data_source_uuid), lookup.customer(uuid)
    with refusals():
        delete_invoices_of(customer, source, external_id=query.customer_external_id, by=request.by)
    return Status(204, None)
