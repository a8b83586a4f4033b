"""The payments and refunds of invoices, one at a time."""

from typing import Any

from ninja import Query, Router, Status

from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers
from crm.api.chartmogul.invoices import find
from crm.api.chartmogul.invoices.find import DisabledIn, ExternalId, refusals
from crm.api.chartmogul.invoices.reading import PaymentChanges, PaymentIn, payment_values
from crm.api.chartmogul.invoices.writing import PaymentOut, disabled, payment
from orders.invoices import payments
from orders.invoices.schema import InvoicePayment
from orders.models import Transaction

router = Router(tags=["Transactions"])

SEND, VIEW, ALTER = "orders.add_order", "orders.view_order", "orders.change_order"


def shown(row: Transaction) -> dict[str, Any]:
    return payment(row) | disabled(row)


@router.post(
    "/import/invoices/{uuid}/transactions", auth=Key(SEND), response=answers(201, PaymentOut), exclude_unset=True
)
def create_transaction(request: ApiRequest, uuid: str, body: PaymentIn) -> Status[dict[str, Any]]:
    order = find.invoice(uuid)
    with refusals():
        row = payments.add(order, InvoicePayment(**payment_values(body, order.currency)), by=request.by)
    return Status(201, shown(row))


@router.get("/transactions", auth=Key(VIEW), response=answers(200, PaymentOut), exclude_unset=True)
def retrieve_known_transaction(request: ApiRequest, known: Query[ExternalId]) -> dict[str, Any]:
    return shown(find.known_transaction(known))


@router.patch("/transactions", auth=Key(ALTER), response=answers(200, PaymentOut), exclude_unset=True)
def update_known_transaction(request: ApiRequest, known: Query[ExternalId], body: PaymentChanges) -> dict[str, Any]:
    return changed(request, find.known_transaction(known), body)


@router.delete("/transactions", auth=Key(ALTER), response=answers(204, None))
def delete_known_transaction(request: ApiRequest, known: Query[ExternalId]) -> Status[None]:
    return deleted(request, find.known_transaction(known))


@router.patch("/transactions/disabled_state", auth=Key(ALTER), response=answers(200, PaymentOut), exclude_unset=True)
def disable_known_transaction(request: ApiRequest, known: Query[ExternalId], body: DisabledIn) -> dict[str, Any]:
    return switched(request, find.known_transaction(known), body)


@router.get("/transactions/{uuid}", auth=Key(VIEW), response=answers(200, PaymentOut), exclude_unset=True)
def retrieve_transaction(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return shown(find.transaction(uuid))


@router.patch("/transactions/{uuid}", auth=Key(ALTER), response=answers(200, PaymentOut), exclude_unset=True)
def update_transaction(request: ApiRequest, uuid: str, body: PaymentChanges) -> dict[str, Any]:
    return changed(request, find.transaction(uuid), body)


@router.delete("/transactions/{uuid}", auth=Key(ALTER), response=answers(204, None))
def delete_transaction(request: ApiRequest, uuid: str) -> Status[None]:
    return deleted(request, find.transaction(uuid))


@router.patch(
    "/transactions/{uuid}/disabled_state", auth=Key(ALTER), response=answers(200, PaymentOut), exclude_unset=True
)
def disable_transaction(request: ApiRequest, uuid: str, body: DisabledIn) -> dict[str, Any]:
    return switched(request, find.transaction(uuid), body)


def changed(request: ApiRequest, row: Transaction, body: PaymentChanges) -> dict[str, Any]:
    values = payment_values(body, row.order.currency)
    with refusals():
        return shown(payments.change(row, values, by=request.by))


def switched(request: ApiRequest, row: Transaction, body: DisabledIn) -> dict[str, Any]:
    with refusals():
        return shown(payments.disable(row, disabled=body.disabled, by=request.by))


def deleted(request: ApiRequest, row: Transaction) -> Status[None]:
    with refusals():
        payments.delete(row, by=request.by)
    return Status(204, None)
