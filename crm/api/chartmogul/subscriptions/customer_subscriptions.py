"""Subscriptions of a customer with their revenue, and connecting purchases that are one subscription."""

from typing import Annotated, Any

from django.db.models import Q
from ninja import Query, Router, Schema, Status
from pydantic import Field

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.engagement.common import Nothing
from crm.api.chartmogul.errors import answers, not_found, refusal
from crm.api.chartmogul.fields import IdText
from crm.api.chartmogul.money import currency_sign
from crm.api.chartmogul.paging import CursorQuery, NumberedPageOut, page_read, place_of
from crm.api.chartmogul.snapshots import growing_list
from crm.api.chartmogul.times import format_time_with_offset
from customers.lib.text import can_be_stored
from customers.models import Customer
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from orders.models import Purchase
from orders.permissions import CHANGE_ORDERS
from orders.subscriptions import connect, read
from orders.subscriptions.read import CurrentSubscription

router = Router(tags=["Subscriptions"], by_alias=True)


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


class CustomerSubscriptionsOut(NumberedPageOut):
    entries: list[CustomerSubscriptionOut]


class SubscriptionIds(Schema):
    """A subscription, by its uuid, or by its data source and external ID."""

    data_source_uuid: str | None = None
    uuid: str | None = None
    external_id: IdText | None = None
    plan_uuid: str | None = None


class Chosen(Schema):
    subscriptions: Annotated[list[SubscriptionIds], Field(max_length=200)]


@router.get(
    "/customers/{uuid}/subscriptions",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS),
    response=answers(200, CustomerSubscriptionsOut),
)
@growing_list
def list_subscriptions(request: ApiRequest, uuid: str, query: Query[CursorQuery]) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    after = place_of(query)
    firsts = read.first_purchases(customer, after=after, limit=query.per_page + 1)
    page = page_read(firsts, query, request.horizon)
    subscriptions = read.current_subscriptions(customer, page.rows)
    return page.as_list("entries", [serialize(subscription) for subscription in subscriptions])


def serialize(subscription: CurrentSubscription) -> dict[str, Any]:
    return {
        "id": subscription.first.pk,
        "uuid": short_uuid(subscription.first),
        "external_id": subscription.last.external_id,
        "subscription_set_external_id": subscription.last.set_external_id or None,
        "plan": subscription.plan.name,
        "quantity": subscription.last.quantity,
        "mrr": subscription.amount,
        "arr": subscription.yearly,
        "status": "active" if subscription.is_active else "inactive",
        "billing-cycle": subscription.plan.interval_unit or "month",
        "billing-cycle-count": subscription.plan.interval_count or 1,
        "start-date": format_time_with_offset(subscription.first.at),
        "end-date": format_time_with_offset(subscription.end),
        "currency": subscription.currency,
        "currency-sign": currency_sign(subscription.currency),
    }


def short_uuid(purchase: Purchase) -> str:
    # Invoices name it with the prefix.
    return purchase.uuid.removeprefix("sub_")


@router.post(
    "/customers/{uuid}/connect_subscriptions",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(202, Nothing),
)
def connect_subscriptions(request: ApiRequest, uuid: str, body: Chosen) -> Status[dict[str, Any]]:
    customer = lookup.customer(uuid)
    connect.connect_subscriptions(customer, find_subscriptions(customer, body), by=request.by)
    return Status(202, {})


@router.post(
    "/customers/{uuid}/disconnect_subscriptions",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(202, Nothing),
)
def disconnect_subscriptions(request: ApiRequest, uuid: str, body: Chosen) -> Status[dict[str, Any]]:
    customer = lookup.customer(uuid)
    connect.disconnect_subscriptions(customer, find_subscriptions(customer, body), by=request.by)
    return Status(202, {})


def find_subscriptions(customer: Customer, body: Chosen) -> list[Purchase]:
    """The named purchases of the customer; an unknown id is refused."""
    purchases: dict[int, Purchase] = {}
    for ids in body.subscriptions:
        matches = Purchase.objects.filter(condition(ids), source_record__customer=customer).in_bulk()
        if not matches:
            raise not_found("Subscription", "subscriptions")
        purchases |= matches
    return list(purchases.values())


def condition(ids: SubscriptionIds) -> Q:
    sent = {name: value for name, value in vars(ids).items() if value is not None}
    if not {"uuid", "external_id"} & sent.keys() or not all(map(can_be_stored, sent.values())):
        raise refusal(400, "Give the uuid or external_id of every subscription", "subscriptions")
    lookups = {
        "uuid": ("uuid", f"sub_{(ids.uuid or '').removeprefix('sub_')}"),
        "external_id": ("external_id", ids.external_id),
        "data_source_uuid": ("source_record__data_source__uuid", ids.data_source_uuid),
        "plan_uuid": ("product__uuid", ids.plan_uuid),
    }
    return Q(**dict(lookups[name] for name in sent))
