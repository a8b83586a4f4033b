"""How this dialect shows purchases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import prefetch_related_objects

from crm.api.konnektive.writing import amount, day, moment, truth
from orders.models import Purchase

DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


def interval_days(purchase: Purchase) -> int | None:
    """About how many days lie between two bills; a month has no number of days of its own."""
    product = purchase.product
    return product.interval_count * DAYS[product.interval_unit] if product.interval_count else None


def purchase_rows(purchases: Sequence[Purchase]) -> list[dict[str, Any]]:
    prefetch_related_objects(purchases, "source_record", "product", "order")
    return [purchase_row(each) for each in purchases]


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
        "price": amount(purchase.price, currency),
        "currencyCode": currency,
        "billingCycleType": "RECURRING",
        "billingInterval": product.interval_count,
        "billingIntervalUnit": product.interval_unit,
        "billingIntervalDays": interval_days(purchase),
        "nextBillDate": day(purchase.next_bill_date),
        "cancellationScheduled": truth(purchase.cancels_on is not None),
        "cancellationDate": day(purchase.cancels_on),
        "pauseScheduled": 0,
        "restartDate": day(purchase.restarts_on),
        "cancelReason": purchase.cancel_reason,
        "lastCancellationDate": moment(purchase.cancelled_at),
        "dateCreated": moment(purchase.at),
        "dateUpdated": moment(purchase.updated),
    }
