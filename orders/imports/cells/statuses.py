"""What other systems call the statuses and intervals that we have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from customers.models import LeadStatus
from customers.profile.fields import BY_KEY as PROFILE
from orders.imports.cells.cell import CellError, shown
from orders.imports.columns.headers import header_key
from orders.models import OrderStatus, PurchaseStatus

ORDERS = {
    OrderStatus.COMPLETE: "paid|completed|processing|shipped|delivered|fulfilled|closed|done|success|succeeded|captured"
    "|partially refunded|bezahlt|abgeschlossen|pagado|paye|pagato|zaplaceno|vyrizeno|oplacone|zrealizowane",
    OrderStatus.PENDING: "authorized|unpaid|open|on hold|pending payment|partially paid|overdue|offen|pendiente",
    OrderStatus.CANCELLED: "canceled|voided|void|expired|abandoned|trash|storniert|cancelado|annule|zruseno|anulowane",
    OrderStatus.REFUNDED: "erstattet|reembolsado|rembourse|vraceno|zwrocone",
    OrderStatus.DECLINED: "failed|rejected|abgelehnt|rechazado|refuse|odmitnuto",
    OrderStatus.PARTIAL: "draft|checkout draft|partial|lead",
}
SUBSCRIPTIONS = {
    PurchaseStatus.TRIAL: "trialing|in trial|free trial",
    PurchaseStatus.ACTIVE: "live|current|pending cancel|non renewing|aktiv|activo|actif",
    PurchaseStatus.PAUSED: "on hold|suspended",
    PurchaseStatus.RECYCLE_BILLING: "past due|incomplete",
    PurchaseStatus.RECYCLE_FAILED: "unpaid",
    PurchaseStatus.CANCELLED: "canceled|incomplete expired|gekundigt|cancelado|annule",
    PurchaseStatus.COMPLETE: "completed|expired|ended|finished",
}
LEADS = {
    LeadStatus.NEW: "new|open|open not contacted",
    LeadStatus.WORKING: "working|working contacted|in progress|attempted to contact|connected|open deal|contacted",
    LeadStatus.QUALIFIED: "qualified|closed converted",
    LeadStatus.UNQUALIFIED: "unqualified|closed not converted|bad timing|disqualified",
}
INTERVALS = {
    "day": (1, "day"),
    "daily": (1, "day"),
    "week": (1, "week"),
    "weekly": (1, "week"),
    "month": (1, "month"),
    "monthly": (1, "month"),
    "quarter": (3, "month"),
    "quarterly": (3, "month"),
    "year": (1, "year"),
    "yearly": (1, "year"),
    "annual": (1, "year"),
    "annually": (1, "year"),
}
EVERY = re.compile(r"(?:every )?(\d{1,3}) (day|week|month|quarter|year)s?")


def _by_word(statuses: Mapping[Any, str]) -> dict[str, str]:
    words = {header_key(word): str(status) for status, words in statuses.items() for word in words.split("|")}
    return words | {header_key(status): str(status) for status in statuses}


ORDER_WORDS, SUBSCRIPTION_WORDS, LEAD_WORDS = _by_word(ORDERS), _by_word(SUBSCRIPTIONS), _by_word(LEADS)


@lru_cache(1024)
def order_status(text: str) -> str:
    return _known(ORDER_WORDS, text, OrderStatus.labels)


@lru_cache(1024)
def subscription_status(text: str) -> str:
    return _known(SUBSCRIPTION_WORDS, text, PurchaseStatus.labels)


@lru_cache(1024)
def choice(key: str, text: str) -> str:
    """A choice of a profile field, by its value or its label."""
    choices = PROFILE[key].choices
    words = {header_key(word): value for value, label in choices for word in (value, label)}
    return _known(LEAD_WORDS | words if key == "lead_status" else words, text, [label for _, label in choices])


def _known(words: Mapping[str, str], text: str, labels: list[str]) -> str:
    if (status := words.get(header_key(text))) is None:
        raise CellError(f"{shown(text)} is not known. Use one of {', '.join(labels)}, or leave the column out.")
    return str(status)


@lru_cache(1024)
def interval(text: str) -> tuple[int, str]:
    """Such as (3, "month") of “quarterly” or “every 3 months”."""
    key = header_key(text)
    if known := INTERVALS.get(key) or INTERVALS.get(key.removeprefix("every ")):
        return known
    if every := EVERY.fullmatch(key):
        count, unit = INTERVALS[every[2]]
        return int(every[1]) * count, unit
    raise CellError(f"{shown(text)} is no interval such as month or 3 months. Correct it.")
