"""Ping, and what the account is."""

from uuid import NAMESPACE_DNS, uuid5

from django.conf import settings
from ninja import Router, Schema

from crm.api.chartmogul.authority import ApiRequest, Key
from crm.api.chartmogul.errors import answers

router = Router(tags=["Account"])


class Pong(Schema):
    data: str


class Account(Schema):
    id: str
    name: str
    currency: str
    time_zone: str
    week_start_on: str


@router.get("/ping", auth=Key(), response=answers(200, Pong))
def ping(request: ApiRequest) -> dict[str, str]:
    return {"data": "pong!"}


@router.get("/account", auth=Key(), response=answers(200, Account))
def account(request: ApiRequest) -> dict[str, str]:
    return {
        "id": f"acc_{uuid5(NAMESPACE_DNS, settings.ACCOUNT_NAME)}",
        "name": settings.ACCOUNT_NAME,
        "currency": settings.DEFAULT_CURRENCY,
        "time_zone": settings.TIME_ZONE,
        "week_start_on": "monday",
    }
