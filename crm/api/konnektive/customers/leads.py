"""Import Lead: somebody who has not bought, and what they tell about themselves later."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from crm.api.konnektive.customers.person import Person, campaign_of, details_of, incoming
from crm.api.konnektive.endpoint import Call, endpoint
from crm.api.konnektive.errors import CallError, invalid
from crm.api.konnektive.orders.answer import lead_message
from crm.api.konnektive.orders.idempotency import request_of
from orders.intake.idempotency import RepeatedRequestError
from orders.intake.leads import update_lead
from orders.intake.order import IncomingOrder, IntakeError
from orders.intake.take import take_order
from orders.locks import OrderError
from orders.models import Order, OrderStatus


@endpoint("orders.add_order")
@sensitive_variables("call")
def lead_import(call: Call) -> dict[str, Any]:
    sent = call.read(Person)
    lead = lead_of(sent.order_id)
    if lead is None:
        sent.refuse_nobody()
    told = IncomingOrder(
        incoming(sent, call.by),
        Decimal(0),
        settings.DEFAULT_CURRENCY,
        status=OrderStatus.PARTIAL,
        campaign=campaign_of(sent),
        coupon_code=sent.coupon_code,
        ip_address=str(sent.ip_address) if sent.ip_address else None,
        details=details_of(call.parameters),
        request=request_of(call),
    )
    try:
        order = update_lead(lead, told) if lead else take_order(told, by=call.by).order
    except (IntakeError, OrderError, RepeatedRequestError) as error:
        raise CallError(str(error)) from None
    return lead_message(order)


def lead_of(number: str) -> Order | None:
    """The order named, if one is; CallError when there is none of that name."""
    if not number:
        return None
    found = Order.objects.select_related("source_record").filter(number=number).first()
    if found is None:
        raise invalid(orderId="This order does not exist.")
    return found
