"""What customers buy, pay, receive and subscribe to."""

from orders.models.catalogue import Campaign, Product
from orders.models.delivery import Fulfillment, FulfillmentStatus
from orders.models.idempotency import IdempotencyKey
from orders.models.order import COUNTED, ItemKind, Order, OrderItem, OrderKind, OrderStatus
from orders.models.payment import Transaction, TransactionKind, TransactionStatus
from orders.models.subscription import BILLED, BILLING_STATE, ENDED, Membership, Purchase, PurchaseStatus

__all__ = [
    "BILLED",
    "BILLING_STATE",
    "COUNTED",
    "ENDED",
    "Campaign",
    "Fulfillment",
    "FulfillmentStatus",
    "IdempotencyKey",
    "ItemKind",
    "Membership",
    "Order",
    "OrderItem",
    "OrderKind",
    "OrderStatus",
    "Product",
    "Purchase",
    "PurchaseStatus",
    "Transaction",
    "TransactionKind",
    "TransactionStatus",
]
