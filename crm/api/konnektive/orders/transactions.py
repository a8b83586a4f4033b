"""Transactions: queried, and summed up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from django.db.models import prefetch_related_objects

from crm.api.konnektive.customers.addresses import serialize_billing
from crm.api.konnektive.endpoint import Call, query_endpoint
from crm.api.konnektive.errors import invalid, nothing_found
from crm.api.konnektive.fields import Id, Whole
from crm.api.konnektive.formats import format_amount, format_day, format_time
from crm.api.konnektive.orders.rows import card_row, item_row
from crm.api.konnektive.paging import DatedQuery, NumberedPage, answer_page
from crm.api.konnektive.queries import PersonFilter, RowQuery, filter_rows, without_none
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from customers.records.changed_since import changed_at
from orders.models import Transaction
from orders.payments.summary import TransactionSum, sums_by_campaign, sums_by_day

LONGEST_PERIOD = timedelta(days=366, hours=1)  # a leap year, and the hour by which clocks change

TransactionType = Literal["SALE", "AUTHORIZE", "CAPTURE", "VOID", "REFUND"]
ResponseType = Literal["PENDING", "SUCCESS", "SOFT_DECLINE", "HARD_DECLINE"]


class TransactionQuery(RowQuery, PersonFilter):
    transaction_id: Whole | None = None
    order_id: Id | None = None
    purchase_id: Whole | None = None
    txn_type: TransactionType | None = None
    response_type: ResponseType | None = None
    merchant_txn_id: Id | None = None
    client_txn_id: Id | None = None
    card_last4: Id | None = None
    pay_source: Id | None = None
    campaign_id: Whole | None = None


@query_endpoint(TransactionQuery, VIEW_CUSTOMERS, VIEW_ORDERS)
def transactions_query(call: Call, query: TransactionQuery) -> NumberedPage:
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


class TransactionSummary(DatedQuery):
    """By day, or by campaign over the whole period."""

    report_type: Literal["day", "campaign"] = "day"
    date_range_type: Literal["txnDate", "dateCreated"] = "txnDate"
    txn_type: TransactionType | None = None
    response_type: ResponseType | None = None
    campaign_id: Whole | None = None


@query_endpoint(TransactionSummary, VIEW_CUSTOMERS, VIEW_ORDERS)
def transactions_summary(call: Call, query: TransactionSummary) -> list[dict[str, Any]]:
    """Counts and sums by type, response and currency."""
    since, before = query.period()
    if before - since > LONGEST_PERIOD:
        raise invalid(endDate="Use a period of at most one year.")
    filters = without_none(kind=query.txn_type, status=query.response_type, order__campaign=query.campaign_id)
    sums = sums_by_day if query.report_type == "day" else sums_by_campaign
    rows = sums(Transaction.objects.filter(**filters), since, before)
    if not rows:
        raise nothing_found("transactions")
    return [_summary_row(row, query.report_type) for row in rows]


def _summary_row(row: TransactionSum, report_type: str) -> dict[str, Any]:
    campaign = {"campaignId": row.campaign_id, "campaignName": row.campaign_name}
    return {
        **({"txnDate": format_day(row.on)} if report_type == "day" else campaign),
        "txnType": row.kind,
        "responseType": row.status,
        "currencyCode": row.currency,
        "txnCount": row.count,
        "totalAmount": format_amount(row.total, row.currency),
    }


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
