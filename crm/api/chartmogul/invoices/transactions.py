"""The payments and refunds of invoices, one at a time."""

from typing import Any

from ninja import Query, Router, Status

from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.invoices import find
from crm.api.chartmogul.invoices.find import DisabledIn, ExternalId, refusals
from crm.api.chartmogul.invoices.requests import PaymentChanges, PaymentIn, payment_values
from crm.api.chartmogul.invoices.responses import PaymentOut, serialize_disabled, serialize_payment
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from orders.invoices import payments
from orders.invoices.incoming import IncomingPayment
from orders.models import Transaction
from orders.permissions import ADD_ORDERS, CHANGE_ORDERS

router = Router(tags=["Transactions"])


def serialize(row: Transaction) -> dict[str, Any]:
    return serialize_payment(row) | serialize_disabled(row)


@router.post(
    "/import/invoices/{uuid}/transactions", auth=Key(ADD_ORDERS), response=answers(201, PaymentOut), exclude_unset=True
)
def create_transaction(request: ApiRequest, uuid: str, body: PaymentIn) -> Status[dict[str, Any]]:
    order = find.invoice(uuid)
    with refusals():
        row = payments.add(order, IncomingPayment(**payment_values(body, order.currency)), by=request.by)
    return Status(201, serialize(row))


@router.get(
    "/transactions", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS), response=answers(200, PaymentOut), exclude_unset=True
)
def retrieve_known_transaction(request: ApiRequest, ids: Query[ExternalId]) -> dict[str, Any]:
    return serialize(find.known_transaction(ids))


@router.patch(
    "/transactions",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, PaymentOut),
    exclude_unset=True,
)
def update_known_transaction(request: ApiRequest, ids: Query[ExternalId], body: PaymentChanges) -> dict[str, Any]:
    return change(request, find.known_transaction(ids), body)


@router.delete("/transactions", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS), response=answers(204, None))
def delete_known_transaction(request: ApiRequest, ids: Query[ExternalId]) -> Status[None]:
    return delete(request, find.known_transaction(ids))


@router.patch(
    "/transactions/disabled_state",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, PaymentOut),
    exclude_unset=True,
)
def disable_known_transaction(request: ApiRequest, ids: Query[ExternalId], body: DisabledIn) -> dict[str, Any]:
    return set_disabled(request, find.known_transaction(ids), body)


@router.get(
    "/transactions/{uuid}", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS), response=answers(200, PaymentOut), exclude_unset=True
)
def retrieve_transaction(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return serialize(find.transaction(uuid))


@router.patch(
    "/transactions/{uuid}",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, PaymentOut),
    exclude_unset=True,
)
def update_transaction(request: ApiRequest, uuid: str, body: PaymentChanges) -> dict[str, Any]:
    return change(request, find.transaction(uuid), body)


@router.delete(
    "/transactions/{uuid}", auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS), response=answers(204, None)
)
def delete_transaction(request: ApiRequest, uuid: str) -> Status[None]:
    return delete(request, find.transaction(uuid))


@router.patch(
    "/transactions/{uuid}/disabled_state",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(200, PaymentOut),
    exclude_unset=True,
)
def disable_transaction(request: ApiRequest, uuid: str, body: DisabledIn) -> dict[str, Any]:
    return set_disabled(request, find.transaction(uuid), body)


def change(request: ApiRequest, row: Transaction, body: PaymentChanges) -> dict[str, Any]:
    values = payment_values(body, row.order.currency)
    with refusals():
        return serialize(payments.change(row, values, by=request.by))


def set_disabled(request: ApiRequest, row: Transaction, body: DisabledIn) -> dict[str, Any]:
    with refusals():
        return serialize(payments.disable(row, disabled=body.disabled, by=request.by))


def delete(request: ApiRequest, row: Transaction) -> Status[None]:
    with refusals():
        payments.delete(row, by=request.by)
    return Status(204, None)
