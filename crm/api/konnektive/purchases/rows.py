"""Purchases as this dialect answers them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import prefetch_related_objects

from crm.api.konnektive.formats import format_amount, format_day, format_flag, format_time
from customers.records.changed_since import changed_at
from orders.models import Purchase

DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


def interval_days(purchase: Purchase) -> int | None:
    """Days between two bills; approximate for months and years."""
    product = purchase.product
    return product.interval_count * DAYS[product.interval_unit] if product.interval_count else None


def purchase_rows(purchases: Sequence[Purchase]) -> list[dict[str, Any]]:
    prefetch_related_objects(purchases, "source_record", "product", "order")
    return [purchase_row(purchase) for purchase in purchases]


def purchase_row(purchase: Purchase) -> dict[str, Any]:
    product, currency = purchase.product, purchase.currency
    return {
        "purchaseId": str(purchase.pk),
        "actualPurchaseId": purchase.pk,
        "externalPurchaseId": purchase.external_id,
        "orderId": purchase.order.number if purchase.order else None,
        "customerId": purchase.source_record.customer_id,
        "productId": str(product.pk),
        "productName": product.name,
        "productSku": product.sku,
        "productQty": str(purchase.quantity),
        "status": purchase.status,
        "price": format_amount(purchase.price, currency),
        "currencyCode": currency,
        "billingCycleType": "RECURRING",
        "billingInterval": product.interval_count,
        "billingIntervalUnit": product.interval_unit,
        "billingIntervalDays": interval_days(purchase),
        "nextBillDate": format_day(purchase.next_bill_date),
        "cancellationScheduled": format_flag(purchase.cancels_on is not None or purchase.cancels_after_bill),
        "cancellationDate": format_day(purchase.cancels_on),
        "pauseScheduled": format_flag(purchase.pauses_on is not None),
        "restartDate": format_day(purchase.restarts_on),
        "cancelReason": purchase.cancel_reason,
        "lastCancellationDate": format_time(purchase.cancelled_at),
        "dateCreated": format_time(purchase.at),
        "dateUpdated": format_time(changed_at(purchase, purchase.source_record)),
    }
