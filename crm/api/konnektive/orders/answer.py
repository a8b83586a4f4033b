"""What an import answers: the lead, or the order with its lines. Less than a query of orders, and asked for in less."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from crm.api.konnektive.customers.addresses import billing, shipping
from crm.api.konnektive.orders.rows import card_row, item_row
from crm.api.konnektive.writing import amount, moment, truth
from customers.models import PaySource
from orders.models import Order, OrderItem


def lead_message(order: Order) -> dict[str, Any]:
    return {
        "orderId": order.number,
        "actualOrderId": order.pk,
        "clientOrderId": order.client_order_id,
        "customerId": order.source_record.customer_id,
        "orderStatus": order.status,
        "orderType": order.kind,
        "campaignId": order.campaign_id,
        "campaignName": order.campaign.name if order.campaign else None,
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
        "couponCode": order.coupon_code,
        "agentUserId": None,
        "dateCreated": moment(order.at),
        "dateUpdated": moment(order.updated),
    }


def items_of(order: Order) -> list[OrderItem]:
    """The lines, with what is told of each."""
    return list(order.items.select_related("product", "purchase").order_by("pk"))


def order_message(order: Order, items: Sequence[OrderItem], paid_with: PaySource | None) -> dict[str, Any]:
    """A card is told by what people may see of it; without one it is told how it was paid elsewhere."""
    lines = sum((each.amount for each in items), Decimal(0))
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
        **lead_message(order),
        **{name: amount(value, order.currency) for name, value in amounts.items()},
        "currencyCode": order.currency,
        "reviewStatus": None,
        **card,
        "paySource": card["paySource"] or order.details.get("paySource"),
        "items": {str(item.pk): item_row(item, order) for item in items},
    }
