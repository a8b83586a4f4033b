"""A customer's subscriptions with what they are worth, and connecting those that are one."""

from typing import Annotated, Any

from django.db.models import Q
from ninja import Query, Router, Schema, Status
from pydantic import Field

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.engagement.common import Nothing
from crm.api.chartmogul.errors import answers, invalid, not_found, refusal
from crm.api.chartmogul.formats import moment_with_offset, sign
from crm.api.chartmogul.paging import Paged, page
from customers.lib.text import can_be_stored
from customers.models import Customer
from orders.models import Purchase
from orders.subscriptions import connect, read
from orders.subscriptions.connect import ConnectError
from orders.subscriptions.read import CurrentSubscription

router = Router(tags=["Subscriptions"], by_alias=True)

VIEW, ORDERS, ALTER = "customers.view_customer", "orders.view_order", "orders.change_order"


class CustomerSubscriptionOut(Schema):
    id: int
    uuid: str
    external_id: str
    subscription_set_external_id: str | None
    plan: str
    quantity: int
    mrr: int
    arr: int
    status: str
    billing_cycle: str = Field(alias="billing-cycle")
    billing_cycle_count: int = Field(alias="billing-cycle-count")
    start_date: str = Field(alias="start-date")
    end_date: str | None = Field(alias="end-date")
    currency: str
    currency_sign: str = Field(alias="currency-sign")


class CustomerSubscriptionsOut(Schema):
    entries: list[CustomerSubscriptionOut]
    cursor: str | None
    has_more: bool


class SubscriptionIds(Schema):
    """A subscription, by its uuid or as its data source calls it."""

    data_source_uuid: str | None = None
    uuid: str | None = None
    external_id: str | None = None
    plan_uuid: str | None = None


class Chosen(Schema):
    subscriptions: Annotated[list[SubscriptionIds], Field(max_length=200)]


@router.get("/customers/{uuid}/subscriptions", auth=Key(VIEW, ORDERS), response=answers(200, CustomerSubscriptionsOut))
def list_subscriptions(request: ApiRequest, uuid: str, asked: Query[Paged]) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    found = page(read.first_purchases(customer), asked, descending=False)
    return found.as_list("entries", [shape(each) for each in read.current_subscriptions(customer, found.rows)])


def shape(each: CurrentSubscription) -> dict[str, Any]:
    return {
        "id": each.first.pk,
        "uuid": bare(each.first),
        "external_id": each.last.external_id,
        "subscription_set_external_id": each.last.set_external_id or None,
        "plan": each.plan.name,
        "quantity": each.last.quantity,
        "mrr": each.amount,
        "arr": each.yearly,
        "status": "active" if each.is_active else "inactive",
        "billing-cycle": each.plan.interval_unit or "month",
        "billing-cycle-count": each.plan.interval_count or 1,
        "start-date": moment_with_offset(each.first.at),
        "end-date": moment_with_offset(each.end),
        "currency": each.currency,
        "currency-sign": sign(each.currency),
    }


def bare(purchase: Purchase) -> str:
    """What this view calls a subscription: not by the uuid that invoices call it by."""
    return purchase.uuid.removeprefix("sub_")


@router.post("/customers/{uuid}/connect_subscriptions", auth=Key(ALTER), response=answers(202, Nothing))
def connect_subscriptions(request: ApiRequest, uuid: str, body: Chosen) -> Status[dict[str, Any]]:
    customer = lookup.customer(uuid)
    try:
        connect.connect_subscriptions(customer, chosen(customer, body), by=request.by)
    except ConnectError as error:
        raise invalid(subscriptions=str(error)) from None
    return Status(202, {})


@router.post("/customers/{uuid}/disconnect_subscriptions", auth=Key(ALTER), response=answers(202, Nothing))
def disconnect_subscriptions(request: ApiRequest, uuid: str, body: Chosen) -> Status[dict[str, Any]]:
    customer = lookup.customer(uuid)
    try:
        connect.disconnect_subscriptions(customer, chosen(customer, body), by=request.by)
    except ConnectError as error:
        raise invalid(subscriptions=str(error)) from None
    return Status(202, {})


def chosen(customer: Customer, body: Chosen) -> list[Purchase]:
    """Those of the customer's that are named; each must be there."""
    found: dict[int, Purchase] = {}
    for named in body.subscriptions:
        purchases = Purchase.objects.filter(criteria(named), source_record__customer=customer)
        some = purchases.in_bulk()
        if not some:
            raise not_found("Subscription", "subscriptions")
        found |= some
    return list(found.values())


def criteria(named: SubscriptionIds) -> Q:
    given = {name: value for name, value in vars(named).items() if value is not None}
    if not {"uuid", "external_id"} & given.keys() or not all(map(can_be_stored, given.values())):
        raise refusal(400, "Give the uuid or external_id of every subscription", "subscriptions")
    lookups = {
        "uuid": ("uuid", f"sub_{(named.uuid or '').removeprefix('sub_')}"),
        "external_id": ("external_id", named.external_id),
        "data_source_uuid": ("source_record__data_source__uuid", named.data_source_uuid),
        "plan_uuid": ("product__uuid", named.plan_uuid),
    }
    return Q(**dict(lookups[name] for name in given))
