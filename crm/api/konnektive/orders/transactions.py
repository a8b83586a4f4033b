"""Transactions: asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from django.db.models import prefetch_related_objects

from crm.api.konnektive.customers.addresses import billing
from crm.api.konnektive.endpoint import Call, endpoint
from crm.api.konnektive.fields import Id, Whole
from crm.api.konnektive.orders.rows import card_row, item_row
from crm.api.konnektive.paging import page
from crm.api.konnektive.queries import Person, Query, rows, without_none
from crm.api.konnektive.writing import amount, moment
from customers.web.permissions import VIEW_ORDERS
from orders.models import Transaction

VIEW = "customers.view_customer"


class TransactionQuery(Query, Person):
    transaction_id: Whole | None = None
    order_id: Id | None = None
    purchase_id: Whole | None = None
    txn_type: Literal["SALE", "AUTHORIZE", "CAPTURE", "VOID", "REFUND"] | None = None
    response_type: Literal["PENDING", "SUCCESS", "SOFT_DECLINE", "HARD_DECLINE"] | None = None
    merchant_txn_id: Id | None = None
    client_txn_id: Id | None = None
    card_last4: Id | None = None
    pay_source: Id | None = None
    campaign_id: Whole | None = None


@endpoint(VIEW, VIEW_ORDERS)
def query(call: Call) -> dict[str, Any]:
    asked = call.read(TransactionQuery)
    filters = without_none(
        pk=asked.transaction_id,
        order__number=asked.order_id,
        order__purchases=asked.purchase_id,
        kind=asked.txn_type,
        status=asked.response_type,
        gateway_reference=asked.merchant_txn_id,
        uuid=asked.client_txn_id,
        pay_source__last_four=asked.card_last4,
        pay_source__kind=asked.pay_source,
        order__campaign=asked.campaign_id,
    )
    by_id = any((asked.transaction_id, asked.order_id, asked.purchase_id, asked.client_txn_id))
    found = Transaction.objects.filter(**filters)
    return page(rows(Transaction, asked, found, by_id=by_id), asked, what="transactions", write=transaction_rows)


def transaction_rows(payments: Sequence[Transaction]) -> list[dict[str, Any]]:
    prefetch_related_objects(payments, "source_record", "pay_source", "order__items__product", "order__items__purchase")
    return [transaction_row(each) for each in payments]


def transaction_row(payment: Transaction) -> dict[str, Any]:
    order = payment.order
    return {
        "transactionId": payment.pk,
        "parentTxnId": payment.sale_id,
        "orderId": order.number,
        "clientOrderId": order.client_order_id,
        "customerId": payment.source_record.customer_id,
        "txnType": payment.kind,
        "responseType": payment.status,
        "responseText": payment.answer,
        "totalAmount": amount(payment.amount, payment.currency),
        "currencyCode": payment.currency,
        "merchantTxnId": payment.gateway_reference,
        "clientTxnId": payment.uuid,
        "firstName": order.first_name,
        "lastName": order.last_name,
        "emailAddress": order.email,
        "phoneNumber": order.phone,
        **billing(order.billing_address),
        **card_row(payment.pay_source),
        "isChargedback": 0,
        "items": [item_row(each, order) for each in sorted(order.items.all(), key=lambda each: each.pk)],
        "dateCreated": moment(payment.at),
        "dateUpdated": moment(payment.updated),
    }
