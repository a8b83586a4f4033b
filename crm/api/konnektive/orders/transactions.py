"""Transactions: queried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from django.db.models import prefetch_related_objects

from crm.api.konnektive.customers.addresses import serialize_billing
from crm.api.konnektive.endpoint import Call, query_endpoint
from crm.api.konnektive.fields import Id, Whole
from crm.api.konnektive.formats import format_amount, format_time
from crm.api.konnektive.orders.rows import card_row, item_row
from crm.api.konnektive.paging import Page, answer_page
from crm.api.konnektive.queries import PersonFilter, RowQuery, filter_rows, without_none
from customers.records.changed_since import changed_at
from customers.web.permissions import VIEW_ORDERS
from orders.models import Transaction

VIEW = "customers.view_customer"


class TransactionQuery(RowQuery, PersonFilter):
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


@query_endpoint(TransactionQuery, VIEW, VIEW_ORDERS)
def transactions_query(call: Call, query: TransactionQuery) -> Page:
    filters = without_none(
        pk=query.transaction_id,
        order__number=query.order_id,
        order__purchases=query.purchase_id,
        kind=query.txn_type,
        status=query.response_type,
        gateway_reference=query.merchant_txn_id,
        uuid=query.client_txn_id,
        pay_source__last_four=query.card_last4,
        pay_source__kind=query.pay_source,
        order__campaign=query.campaign_id,
    )
    by_id = any((query.transaction_id, query.order_id, query.purchase_id, query.client_txn_id))
    rows = filter_rows(Transaction.objects.filter(**filters), query, by_id=by_id)
    return answer_page(rows, query, what="transactions", write=transaction_rows)


def transaction_rows(payments: Sequence[Transaction]) -> list[dict[str, Any]]:
    prefetch_related_objects(payments, "source_record", "pay_source", "order__items__product", "order__items__purchase")
    return [transaction_row(payment) for payment in payments]


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
        "totalAmount": format_amount(payment.amount, payment.currency),
        "currencyCode": payment.currency,
        "merchantTxnId": payment.gateway_reference,
        "clientTxnId": payment.uuid,
        "firstName": order.first_name,
        "lastName": order.last_name,
        "emailAddress": order.email,
        "phoneNumber": order.phone,
        **serialize_billing(order.billing_address),
        **card_row(payment.pay_source),
        "isChargedback": 0,
        "items": [item_row(item, order) for item in sorted(order.items.all(), key=lambda item: item.pk)],
        "dateCreated": format_time(payment.at),
        "dateUpdated": format_time(changed_at(payment, payment.source_record)),
    }
