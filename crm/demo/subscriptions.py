"""Subscriptions in every state, and the club memberships that come with them.

Some people subscribe to the same product in both shops, which a merge has to warn of.
"""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from crm.demo import catalogue, marketplace
from crm.demo.files import ChinookInvoice
from orders.intake.order import IncomingPurchase
from orders.models import BILLING_STATE, Membership, Order, Product, Purchase, PurchaseStatus
from orders.revenue.counted import recount
from orders.totals.add import add_to_totals

STATUSES = ("COMPLETE", "TRIAL", "RECYCLE_BILLING", "ACTIVE", "CANCELLED", "PAUSED", "ACTIVE", "RECYCLE_FAILED")
PLANS = (catalogue.MONTHLY, catalogue.YEARLY, catalogue.LOSSLESS)
DATES = ("next_bill_date", "cancelled_at", "cancel_reason", "cancels_on", "paused_at", "pauses_on", "restarts_on")
REASONS = ("Too expensive", "Moved to another service", "Bought twice by mistake")


def purchases_of(invoice: ChinookInvoice, products: dict[str, Product]) -> list[IncomingPurchase]:
    """People with an even number subscribe with their third order, and again with their first at the marketplace."""
    number = invoice.person.number
    if number % 2:
        return []
    if invoice.nth == 2:
        product, status = products[PLANS[number % 3]], STATUSES[number // 2 % len(STATUSES)]
    elif marketplace.is_sold_here(invoice) and invoice.nth == marketplace.first_order_here(invoice):
        product, status = products[catalogue.MONTHLY], str(PurchaseStatus.ACTIVE)
    else:
        return []
    return [IncomingPurchase(product, product.price or Decimal(0), status, external_id=f"S-{invoice.number}")]


def date_purchases(orders: Collection[Order], *, today: date) -> None:
    purchases = list(Purchase.objects.filter(order__in=orders).order_by("pk"))
    for nth, purchase in zip(count(1), purchases, strict=False):
        match purchase.status:
            case PurchaseStatus.CANCELLED:
                purchase.cancelled_at = purchase.at + timedelta(days=90 + nth)
                purchase.cancel_reason = REASONS[nth % len(REASONS)]
            case PurchaseStatus.COMPLETE | PurchaseStatus.RECYCLE_FAILED:
                continue
            case PurchaseStatus.RECYCLE_BILLING:
                purchase.next_bill_date = today + timedelta(days=2)
            case PurchaseStatus.PAUSED:
                purchase.paused_at = purchase.at + timedelta(days=30)
                purchase.next_bill_date = purchase.restarts_on = today + timedelta(days=10 + nth % 25)
            case _:
                purchase.next_bill_date = today + timedelta(days=3 + nth % 25)
                if nth % 5 == 0:
                    purchase.cancels_on, purchase.cancel_reason = purchase.next_bill_date, REASONS[nth % len(REASONS)]
                elif nth % 5 == 3:
                    purchase.pauses_on = purchase.next_bill_date
    Purchase.objects.bulk_update(purchases, DATES)
    add_to_totals(recount(purchases))


def add_memberships(orders: Collection[Order]) -> None:
    purchases = Purchase.objects.filter(order__in=orders, product__sku__in=(catalogue.MONTHLY, catalogue.YEARLY))
    Membership.objects.bulk_create(
        Membership(
            source_record_id=purchase.source_record_id,
            at=purchase.at,
            club="Listening Club",
            user_name=(purchase.order.email if purchase.order else "").split("@")[0].casefold(),
            status=membership_status(purchase),
            purchase=purchase,
        )
        for purchase in purchases.select_related("order").order_by("pk")
    )


def membership_status(purchase: Purchase) -> str:
    state = BILLING_STATE[purchase.status]
    return {"active": "ACTIVE", "past_due": "INACTIVE"}.get(state, "EXPIRED")
