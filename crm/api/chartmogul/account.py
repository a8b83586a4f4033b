"""Ping, and the settings of the account."""

from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from django.conf import settings
from ninja import Query, Router, Schema

from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers, refusal

router = Router(tags=["Account"])

# {minutes: what this dialect calls them}
RECLASSIFIED_WITHIN = {
    0: "reclassification_off",
    1: "one_minute_reclassification",
    10: "ten_minutes_reclassification",
    60: "one_hour_reclassification",
    1_440: "one_day_reclassification",
    10_080: "one_week_reclassification",
    43_200: "thirty_days_reclassification",
    86_400: "sixty_days_reclassification",
    129_600: "ninety_days_reclassification",
}


class Pong(Schema):
    data: str


class AccountQuery(Schema):
    """`include` is a list of settings, separated by commas."""

    include: str = ""


class Account(Schema):
    id: str
    name: str
    currency: str
    time_zone: str
    week_start_on: str
    churn_recognition: str | None = None
    churn_when_zero_mrr: bool | None = None
    auto_churn_subscription: bool | None = None
    refund_handling: str | None = None
    proximate_movement_reclassification: str | None = None


@router.get("/ping", auth=Key(), response=answers(200, Pong))
def ping(request: ApiRequest) -> dict[str, str]:
    return {"data": "pong!"}


@router.get("/account", auth=Key(), response=answers(200, Account), exclude_unset=True)
def account(request: ApiRequest, query: Query[AccountQuery]) -> dict[str, Any]:
    return {
        "id": f"acc_{uuid5(NAMESPACE_DNS, settings.ACCOUNT_NAME)}",
        "name": settings.ACCOUNT_NAME,
        "currency": settings.DEFAULT_CURRENCY,
        "time_zone": settings.TIME_ZONE,
        "week_start_on": "monday",
        **requested_settings(query.include),
    }


def requested_settings(include: str) -> dict[str, Any]:
    revenue = revenue_settings()
    names = [name.strip() for name in include.split(",") if name.strip()]
    for name in names:
        if name not in revenue:
            raise refusal(400, f"Invalid include parameter: {name}", "include")
    return {name: revenue[name] for name in names}


def revenue_settings() -> dict[str, Any]:
    """How movements of revenue are derived (docs/decisions/0021), in ChartMogul's words."""
    minutes = max(limit for limit in RECLASSIFIED_WITHIN if limit <= max(settings.MRR_RECLASSIFIED_WITHIN, 0))
    return {
        "churn_recognition": "churn_at_time_of_cancelation",
        "churn_when_zero_mrr": False,
        "auto_churn_subscription": False,
        "refund_handling": "refund_ignore",
        "proximate_movement_reclassification": RECLASSIFIED_WITHIN[minutes],
    }
