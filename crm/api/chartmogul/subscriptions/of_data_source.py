"""Subscriptions as billing systems import them: to us purchases, and when they were cancelled."""

from typing import Any

from ninja import Query, Router, Schema, Status

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers, invalid, not_found, refusal
from crm.api.chartmogul.formats import moment
from crm.api.chartmogul.invoices.find import refusals
from crm.api.chartmogul.paging import Paged, page_of
from crm.api.chartmogul.times import Moment
from customers.lib.text import can_be_stored
from orders.invoices import cancellations
from orders.models import Purchase
from orders.revenue.ledger import cancellations as cancellations_of
from orders.subscriptions.change import PurchaseError

router = Router(tags=["Subscriptions"])

VIEW, ALTER = "orders.view_order", "orders.change_order"
SHOWN_WITH = ("product", "source_record__customer", "source_record__data_source")


class CancellationIn(Schema):
    """A time more, or all of them anew."""

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


class SubscriptionsOut(Schema):
    customer_uuid: str
    subscriptions: list[SubscriptionOut]
    cursor: str | None
    has_more: bool


def shape(purchase: Purchase) -> dict[str, Any]:
    record = purchase.source_record
    shown = {
        "uuid": purchase.uuid,
        "external_id": purchase.external_id,
        "cancellation_dates": [moment(at) for at in cancellations_of(purchase)],
        "plan_uuid": purchase.product.uuid,
        "customer_uuid": record.customer.uuid,
        "data_source_uuid": record.data_source.uuid,
    }
    named = {"subscription_set_external_id": purchase.set_external_id} if purchase.set_external_id else {}
    return shown | named


@router.get(
    "/import/customers/{uuid}/subscriptions",
    auth=Key(VIEW),
    response=answers(200, SubscriptionsOut),
    exclude_unset=True,
)
def list_imported_subscriptions(request: ApiRequest, uuid: str, asked: Query[Paged]) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    found = page_of(Purchase, customer, asked, SHOWN_WITH)
    entries = [shape(each) for each in found.rows]
    return found.as_list("subscriptions", entries) | {"customer_uuid": customer.uuid}


@router.patch(
    "/import/subscriptions/{uuid}", auth=Key(ALTER), response=answers(202, SubscriptionOut), exclude_unset=True
)
def cancel_subscription(request: ApiRequest, uuid: str, body: CancellationIn) -> Status[dict[str, Any]]:
    purchase = find(uuid)
    try:
        with refusals():
            if body.cancellation_dates is not None:
                cancellations.replace(purchase, body.cancellation_dates, by=request.by)
            elif body.cancelled_at:
                cancellations.add(purchase, body.cancelled_at, by=request.by)
            else:
                raise refusal(400, 'Parameter "cancelled_at" is missing', "cancelled_at")
    except PurchaseError as error:
        raise invalid(subscription=str(error)) from None
    return Status(202, shape(find(uuid)))


def find(uuid: str) -> Purchase:
    found = Purchase.objects.select_related(*SHOWN_WITH).filter(uuid=uuid) if can_be_stored(uuid) else []
    purchase = next(iter(found), None)
    if purchase is None:
        raise not_found("Subscription", "uuid")
    return purchase
