"""Orders with lines and fulfillments as this dialect answers them, in the same number of queries for any number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from crm.api.konnektive.customers.addresses import serialize_billing, serialize_shipping
from crm.api.konnektive.formats import format_amount, format_day, format_flag, format_time
from customers.models import PaySource
from customers.records.changed_since import changed_at
from orders.models import Fulfillment, Order, OrderItem
from orders.payments.gateway_request import amount_paid

OF_ORDER = (
    "campaign",
    "source_record",
    "items__product",
    "items__purchase",
    "fulfillments",
    "transactions__pay_source",
)
CARD = ("paySourceId", "paySource", "cardType", "cardLast4", "cardExpiryDate")


def order_rows(orders: Sequence[Order], *, with_custom: bool = False) -> list[dict[str, Any]]:
    prefetch_related_objects(orders, *OF_ORDER)
    return [
        order_row(order) | ({"customFields": custom_fields(order.details)} if with_custom else {}) for order in orders
    ]


def order_row(order: Order) -> dict[str, Any]:
    currency = order.currency
    items = sorted(order.items.all(), key=lambda item: item.pk)
    lines = sum((item.amount for item in items), Decimal())
    return {
        "orderId": order.number,
        "actualOrderId": order.pk,
        "clientOrderId": order.client_order_id,
        "externalOrderId": order.external_id,
        "customerId": order.source_record.customer_id,
        "orderType": order.kind,
        "orderStatus": order.status,
        "reviewStatus": None,
        "campaignId": order.campaign_id,
        "campaignName": order.campaign.name if order.campaign else None,
        "campaignType": order.campaign.kind if order.campaign else None,
        "name": f"{order.first_name} {order.last_name}".strip(),
        "firstName": order.first_name,
        "lastName": order.last_name,
        "companyName": order.company,
        "emailAddress": order.email,
        "phoneNumber": order.phone,
        **serialize_billing(order.billing_address),
        **serialize_shipping(order.shipping_address, recipient=order),
        "billShipSame": format_flag(order.shipping_address in ({}, order.billing_address)),
        "ipAddress": order.ip_address,
        "currencyCode": currency,
        "totalAmount": format_amount(order.total, currency),
        "subTotal": format_amount(lines, currency),
        "price": format_amount(lines, currency),
        "baseShipping": format_amount(order.shipping, currency),
        "shipTotal": format_amount(order.shipping, currency),
        "salesTax": format_amount(order.tax, currency),
        "taxTotal": format_amount(order.tax, currency),
        "discountPrice": format_amount(order.discount, currency),
        "totalDiscount": format_amount(order.discount, currency),
        "couponCode": order.coupon_code,
        "amountPaid": format_amount(amount_paid(order.transactions.all(), order), currency),
        "amountRefunded": format_amount(order.refunded, currency),
        "refundRemaining": format_amount(refundable(order), currency),
        **source_values(order.details),
        **_paid_with(order),
        "hasUpsell": bool(order.details.get("upsells")),
        "items": {str(item.pk): item_row(item, order) for item in items},
        "fulfillments": [fulfillment_row(fulfillment, order) for fulfillment in order.fulfillments.all()],
        "dateCreated": format_time(order.at),
        "dateUpdated": format_time(changed_at(order, order.source_record)),
    }


def refundable(order: Order) -> Decimal:
    return max(amount_paid(order.transactions.all(), order) - order.refunded, Decimal())


def source_values(details: Mapping[str, Any]) -> dict[str, Any]:
    names = ("affId", *(f"sourceValue{n}" for n in range(1, 6)), *(f"custom{n}" for n in range(1, 6)))
    return {name: details.get(name, "") for name in names}


def custom_fields(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix("custom_"): value for name, value in details.items() if name.startswith("custom_")}


def _paid_with(order: Order) -> dict[str, Any]:
    sales = sorted(order.transactions.all(), key=lambda sale: (sale.at, sale.pk))
    return card_row(next((sale.pay_source for sale in reversed(sales) if sale.pay_source), None))


def card_row(source: PaySource | None) -> dict[str, Any]:
    if source is None:
        return dict.fromkeys(CARD)
    return dict(zip(CARD, (source.pk, source.kind, source.brand, source.last_four, source.expiry), strict=True))


def item_row(item: OrderItem, order: Order) -> dict[str, Any]:
    product, purchase, currency = item.product, item.purchase, order.currency
    return {
        "orderItemId": str(item.pk),
        "productId": str(product.pk) if product else None,
        "productSku": product.sku if product else None,
        "name": item.description,
        "qty": str(item.quantity),
        "price": format_amount(item.amount, currency),
        "shipping": format_amount(item.shipping, currency),
        "salesTax": format_amount(item.tax, currency),
        "discount": format_amount(item.discount, currency),
        "purchaseId": str(purchase.pk) if purchase else None,
        "purchaseStatus": purchase.status if purchase else None,
        "billingCycleType": "RECURRING" if purchase else "ONE_TIME",
        "nextBillDate": format_day(purchase.next_bill_date) if purchase else None,
    }


def fulfillment_row(fulfillment: Fulfillment, order: Order) -> dict[str, Any]:
    return {
        "fulfillmentId": fulfillment.pk,
        "orderId": order.number,
        "customerId": order.source_record.customer_id,
        "status": fulfillment.get_status_display().upper(),
        "shipCarrier": fulfillment.carrier,
        "shipMethod": fulfillment.method,
        "trackingNumber": fulfillment.tracking_number,
        "rmaNumber": fulfillment.rma_number,
        "dateShipped": format_time(fulfillment.shipped_at),
        "dateDelivered": format_time(fulfillment.delivered_at),
        "dateReturned": format_time(fulfillment.returned_at),
        "dateCreated": format_time(fulfillment.at),
        "dateUpdated": format_time(changed_at(fulfillment, order.source_record)),
    }
