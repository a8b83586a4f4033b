"""The tables of what customers buy, pay, receive and subscribe to.

Read order.py first, then payment.py and subscription.py.
"""

from orders.models.catalogue import Campaign, PlanGroup, Product
from orders.models.double_payment import DoubleKind, DoublePayment
from orders.models.erased_id import ErasedId
from orders.models.fulfillment import Fulfillment, FulfillmentStatus
from orders.models.idempotency import IdempotencyKey
from orders.models.imports import Import, ImportRow, ImportSample, ImportState, MatchedBy, RowOutcome, SavedMapping
from orders.models.membership import Membership, MembershipStatus
from orders.models.mrr_step import MrrStep
from orders.models.order import (
    COUNTED,
    CollectionMethod,
    ItemKind,
    Order,
    OrderItem,
    OrderKind,
    OrderStatus,
    Proration,
    Uncollected,
)
from orders.models.payment import UNDECIDED, Contradiction, Transaction, TransactionKind, TransactionStatus
from orders.models.reconciliation import DifferenceKind, PaymentDifference, Reconciliation
from orders.models.subscription import (
    BILLED,
    BILLING_STATE,
    ENDED,
    Purchase,
    PurchaseStatus,
)
from orders.models.subscription_event import SubscriptionEvent

__all__ = [
    "BILLED",
    "BILLING_STATE",
    "COUNTED",
    "ENDED",
    "UNDECIDED",
    "Campaign",
    "CollectionMethod",
    "Contradiction",
    "DifferenceKind",
    "DoubleKind",
    "DoublePayment",
    "ErasedId",
    "Fulfillment",
    "FulfillmentStatus",
    "IdempotencyKey",
    "Import",
    "ImportRow",
    "ImportSample",
    "ImportState",
    "ItemKind",
    "MatchedBy",
    "Membership",
    "MembershipStatus",
    "MrrStep",
    "Order",
    "OrderItem",
    "OrderKind",
    "OrderStatus",
    "PaymentDifference",
    "PlanGroup",
    "Product",
    "Proration",
    "Purchase",
    "PurchaseStatus",
    "Reconciliation",
    "RowOutcome",
    "SavedMapping",
    "SubscriptionEvent",
    "Transaction",
    "TransactionKind",
    "TransactionStatus",
    "Uncollected",
]
