"""How this dialect shows orders with their lines and parcels, in a fixed number of queries however many they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from crm.api.konnektive.customers.addresses import billing, shipping
from crm.api.konnektive.writing import amount, day, moment, truth
from customers.models import PaySource
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
    return [order_row(each) | ({"customFields": custom_fields(each.details)} if with_custom else {}) for each in orders]


def order_row(order: Order) -> dict[str, Any]:
    currency = order.currency
    items = sorted(order.items.all(), key=lambda each: each.pk)
    lines = sum((each.amount for each in items), Decimal())
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
        **billing(order.billing_address),
        **shipping(order.shipping_address, name=order),
        "billShipSame": truth(order.shipping_address in ({}, order.billing_address)),
        "ipAddress": order.ip_address,
        "currencyCode": currency,
        "totalAmount": amount(order.total, currency),
        "subTotal": amount(lines, currency),
        "price": amount(lines, currency),
        "baseShipping": amount(order.shipping, currency),
        "shipTotal": amount(order.shipping, currency),
        "salesTax": amount(order.tax, currency),
        "taxTotal": amount(order.tax, currency),
        "discountPrice": amount(order.discount, currency),
        "totalDiscount": amount(order.discount, currency),
        "couponCode": order.coupon_code,
        "amountPaid": amount(amount_paid(order.transactions.all(), order), currency),
        "amountRefunded": amount(order.refunded, currency),
        "refundRemaining": amount(refundable(order), currency),
        **sourced(order.details),
        **_paid_with(order),
        "hasUpsell": bool(order.details.get("upsells")),
        "items": {str(each.pk): item_row(each, order) for each in items},
        "fulfillments": [fulfillment_row(each, order) for each in order.fulfillments.all()],
        "dateCreated": moment(order.at),
        "dateUpdated": moment(order.updated),
    }


def refundable(order: Order) -> Decimal:
    return max(amount_paid(order.transactions.all(), order) - order.refunded, Decimal())


def sourced(details: Mapping[str, Any]) -> dict[str, Any]:
    """Where the sale came from, by the names under which it was sent."""
    names = ("affId", *(f"sourceValue{n}" for n in range(1, 6)), *(f"custom{n}" for n in range(1, 6)))
    return {name: details.get(name, "") for name in names}


def custom_fields(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix("custom_"): value for name, value in details.items() if name.startswith("custom_")}


def _paid_with(order: Order) -> dict[str, Any]:
    """The card or account of the latest sale."""
    sales = sorted(order.transactions.all(), key=lambda each: (each.at, each.pk))
    return card_row(next((each.pay_source for each in reversed(sales) if each.pay_source), None))


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
        "price": amount(item.amount, currency),
        "shipping": amount(item.shipping, currency),
        "salesTax": amount(item.tax, currency),
        "discount": amount(item.discount, currency),
        "purchaseId": str(purchase.pk) if purchase else None,
        "purchaseStatus": purchase.status if purchase else None,
        "billingCycleType": "RECURRING" if purchase else "ONE_TIME",
        "nextBillDate": day(purchase.next_bill_date) if purchase else None,
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
        "dateShipped": moment(fulfillment.shipped_at),
        "dateDelivered": moment(fulfillment.delivered_at),
        "dateReturned": moment(fulfillment.returned_at),
        "dateCreated": moment(fulfillment.at),
        "dateUpdated": moment(fulfillment.updated),
    }
