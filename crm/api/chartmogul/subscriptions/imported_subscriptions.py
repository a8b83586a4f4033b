"""Subscriptions as billing systems import them: our purchases, and when they were cancelled."""

from typing import Any

from ninja import Query, Router, Schema, Status

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers, not_found, refusal
from crm.api.chartmogul.invoices.find import refusals
from crm.api.chartmogul.paging import CursorQuery, NumberedPageOut, page_linked
from crm.api.chartmogul.times import Moment, format_time
from customers.lib.text import can_be_stored
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from orders.invoices import cancellations
from orders.models import Purchase
from orders.permissions import CHANGE_ORDERS
from orders.revenue.ledger import cancellations as cancellations_of

router = Router(tags=["Subscriptions"])

SHOWN_WITH = ("product", "source_record__customer", "source_record__data_source")


class CancellationIn(Schema):
    """`cancelled_at` adds a date; `cancellation_dates` replaces all of them."""

    cancelled_at: Moment | None = None
    cancellation_dates: list[Moment] | None = None


class SubscriptionOut(Schema):
    uuid: str
    external_id: str
    cancellation_dates: list[str]
    plan_uuid: str
    customer_uuid: str
    data_source_uuid: str
    subscription_set_external_id: str | None = None


class SubscriptionsOut(NumberedPageOut):
    customer_uuid: str
    subscriptions: list[SubscriptionOut]


def serialize(purchase: Purchase) -> dict[str, Any]:
    record = purchase.source_record
    shown = {
        "uuid": purchase.uuid,
        "external_id": purchase.external_id,
        "cancellation_dates": [format_time(at) for at in cancellations_of(purchase)],
        "plan_uuid": purchase.product.uuid,
        "customer_uuid": record.customer.uuid,
        "data_source_uuid": record.data_source.uuid,
    }
    set_id = {"subscription_set_external_id": purchase.set_external_id} if purchase.set_external_id else {}
    return shown | set_id


@router.get(
    "/import/customers/{uuid}/subscriptions",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS),
    response=answers(200, SubscriptionsOut),
    exclude_unset=True,
)
def list_imported_subscriptions(request: ApiRequest, uuid: str, query: Query[CursorQuery]) -> dict[str, Any]:
    customer = lookup.customer_or_erased(uuid)
    page = page_linked(Purchase, customer, query, SHOWN_WITH)
    entries = [serialize(purchase) for purchase in page.rows]
    return page.as_list("subscriptions", entries) | {"customer_uuid": customer.uuid}


@router.patch(
    "/import/subscriptions/{uuid}",
    auth=Key(VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_ORDERS),
    response=answers(202, SubscriptionOut),
    exclude_unset=True,
)
def cancel_subscription(request: ApiRequest, uuid: str, body: CancellationIn) -> Status[dict[str, Any]]:
    purchase = find(uuid)
    with refusals():
        if body.cancellation_dates is not None:
            cancellations.replace(purchase, body.cancellation_dates, by=request.by)
        elif body.cancelled_at:
            cancellations.add(purchase, body.cancelled_at, by=request.by)
        else:
            raise refusal(400, 'Parameter "cancelled_at" is missing', "cancelled_at")
    return Status(202, serialize(find(uuid)))


def find(uuid: str) -> Purchase:
    purchases = Purchase.objects.select_related(*SHOWN_WITH).filter(uuid=uuid) if can_be_stored(uuid) else []
    purchase = next(iter(purchases), None)
    if purchase is None:
        raise not_found("Subscription", "uuid")
    return purchase
