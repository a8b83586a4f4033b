"""Invoices: imported for a customer, and listed."""

from typing import Any, Literal

from ninja import Query, Router, Schema, Status

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import ApiError, Invalid, answers
from crm.api.chartmogul.invoices import writing
from crm.api.chartmogul.invoices.find import refusals
from crm.api.chartmogul.invoices.reading import InvoiceIn, InvoicesIn, invoice_of, plans_of
from crm.api.chartmogul.invoices.writing import InvoiceOut, With, read_again
from crm.api.chartmogul.paging import Page, Paged, page, page_of
from customers.models import Customer, DataSource
from customers.profile.clean import can_be_stored
from orders.invoices import import_
from orders.invoices.recipients import recipient
from orders.invoices.schema import InvoiceError
from orders.models import Order, OrderStatus

router = Router(tags=["Invoices"])

SEND, VIEW = "orders.add_order", "orders.view_order"
OWED = tuple(status for status in OrderStatus if status != OrderStatus.PARTIAL)


class InvoicesOut(Schema):
    invoices: list[InvoiceOut]


class InvoicesInvalid(Schema):
    """The invoices that cannot be imported, as they were sent, each with what is wrong."""

    invoices: list[dict[str, Any]]


class AskedOfCustomer(Paged, With):
    validation_type: Literal["valid", "invalid", "all"] = "valid"


class Asked(AskedOfCustomer):
    customer_uuid: str | None = None
    data_source_uuid: str | None = None
    external_id: str | None = None


class InvoicesPageOut(InvoicesOut):
    cursor: str | None
    has_more: bool


class InvoicesOfCustomerOut(InvoicesPageOut):
    customer_uuid: str


@router.post(
    "/import/customers/{uuid}/invoices",
    auth=Key(SEND),
    response={**answers(201, InvoicesOut), 422: Invalid | InvoicesInvalid},
    exclude_unset=True,
)
def import_invoices(request: ApiRequest, uuid: str, body: InvoicesIn) -> Status[dict[str, Any]]:
    try:
        with refusals():
            orders = import_.take(addressed(uuid, body.invoices), by=request.by)
    except import_.InvoicesError as error:
        raise none_imported(body, error.errors) from None
    return Status(201, {"invoices": [writing.invoice(each) for each in read_again(orders)]})


def addressed(uuid: str, invoices: list[InvoiceIn]) -> import_.Addressed:
    """Each with the record of the customer that it is for."""
    customer = lookup.customer(uuid)
    plans = plans_of(line for each in invoices for line in each.line_items)
    found, errors = [], []
    for sent in invoices:
        source = lookup.data_source(sent.data_source_uuid) if sent.data_source_uuid else None
        errors.append(dict[str, str]())
        try:
            record = recipient(customer, source=source, external_id=sent.customer_external_id or "")
            found.append((record, invoice_of(sent, plans)))
        except InvoiceError as error:
            errors[-1] |= error.errors
    import_.refuse(errors)
    return found


def none_imported(body: InvoicesIn, errors: import_.AllErrors) -> ApiError:
    """Those in which something is wrong, as they were sent, with that."""
    sent = (each.model_dump(mode="json", exclude_unset=True) for each in body.invoices)
    wrong = [each | {"errors": said} for each, said in zip(sent, errors, strict=True) if said]
    return ApiError(422, {"invoices": wrong})


@router.get(
    "/import/customers/{uuid}/invoices",
    auth=Key(VIEW),
    response=answers(200, InvoicesOfCustomerOut),
    exclude_unset=True,
)
def list_invoices_of_customer(request: ApiRequest, uuid: str, asked: Query[AskedOfCustomer]) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    found = asked_for(Asked(**asked.model_dump()), customer)
    entries = [writing.invoice(each) for each in read_again(found.rows, asked)]
    return found.as_list("invoices", entries) | {"customer_uuid": customer.uuid}


@router.get("/invoices", auth=Key(VIEW), response=answers(200, InvoicesPageOut), exclude_unset=True)
def list_invoices(request: ApiRequest, asked: Query[Asked]) -> dict[str, Any]:
    found = asked_for(asked, lookup.customer(asked.customer_uuid) if asked.customer_uuid else None)
    return found.as_list("invoices", [writing.whole(each, asked) for each in read_again(found.rows, asked)])


def asked_for(asked: Asked, customer: Customer | None) -> Page[Order]:
    """A page of them, newest first; what could not be imported was never kept."""
    source = lookup.data_source(asked.data_source_uuid) if asked.data_source_uuid else None
    counting = {} if asked.with_disabled else {"disabled_at__isnull": True}
    if asked.validation_type == "invalid":
        return Page([], None, has_more=False)
    if asked.external_id is not None:
        return known_as(asked, source, customer)
    if customer:
        return page_of(Order, customer, asked, (), source=source, status__in=OWED, **counting)
    orders = Order.objects.invoices().filter(**counting)
    return page(orders.filter(data_source=source) if source else orders, asked)


def known_as(asked: Asked, source: DataSource | None, customer: Customer | None) -> Page[Order]:
    """Those of an id, one in each data source: read by themselves, and then looked at."""
    if not can_be_stored(asked.external_id or ""):
        return Page([], None, has_more=False)
    # With the sources named, since the index that knows an id begins with its source.
    sources = [source] if source else list(DataSource.objects.all())
    known = Order.objects.filter(external_id=asked.external_id, data_source__in=sources).select_related("source_record")
    shown = [
        order.pk
        for order in known
        if order.status in OWED
        and (asked.with_disabled or order.disabled_at is None)
        and (customer is None or order.source_record.customer_id == customer.pk)
    ]
    return page(Order.objects.filter(pk__in=shown), asked)
