"""What an import answers: the lead, or the order with its lines; less than a query answers, in fewer statements."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from crm.api.konnektive.customers.addresses import serialize_billing, serialize_shipping
from crm.api.konnektive.formats import format_amount, format_flag, format_time
from crm.api.konnektive.orders.rows import card_row, item_row
from customers.models import PaySource
from customers.records.changed_since import changed_at
from orders.models import Order, OrderItem


def lead_message(order: Order, *, with_person: bool) -> dict[str, Any]:
    """`with_person` for who may view customers; others know what they sent."""
    return {
        "orderId": order.number,
        "actualOrderId": order.pk,
        "clientOrderId": order.client_order_id,
        "customerId": order.source_record.customer_id,
        "orderStatus": order.status,
        "orderType": order.kind,
        "campaignId": order.campaign_id,
        "campaignName": order.campaign.name if order.campaign else None,
        **(_person(order) if with_person else {}),
        "couponCode": order.coupon_code,
        "agentUserId": None,
        "dateCreated": format_time(order.at),
        "dateUpdated": format_time(changed_at(order, order.source_record)),
    }


def _person(order: Order) -> dict[str, Any]:
    return {
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
    }


def items_of(order: Order) -> list[OrderItem]:
    return list(order.items.select_related("product", "purchase").order_by("pk"))


def order_message(
    order: Order, items: Sequence[OrderItem], paid_with: PaySource | None, *, with_person: bool
) -> dict[str, Any]:
    """`paid_with` is None for an order paid elsewhere."""
    lines = sum((item.amount for item in items), Decimal(0))
    amounts = {
        "totalAmount": order.total,
        "subTotal": lines,
        "price": lines,
        "baseShipping": order.shipping,
        "shipTotal": order.shipping,
        "salesTax": order.tax,
        "taxTotal": order.tax,
        "discountPrice": order.discount,
        "totalDiscount": order.discount,
    }
    card = card_row(paid_with)
    return {
        **lead_message(order, with_person=with_person),
        **{name: format_amount(value, order.currency) for name, value in amounts.items()},
        "currencyCode": order.currency,
        "reviewStatus": None,
        **card,
        "paySource": card["paySource"] or order.details.get("paySource"),
        "items": {str(item.pk): item_row(item, order) for item in items},
    }
