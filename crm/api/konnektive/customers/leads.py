"""Import Lead: a person who has not bought yet, and later updates of the same lead."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.views.decorators.debug import sensitive_variables

from crm.api.konnektive.customers.details import details_of
from crm.api.konnektive.customers.person import (
    PersonParameters,
    data_source_of,
    find_campaign,
    incoming_customer,
)
from crm.api.konnektive.endpoint import Call, endpoint
from crm.api.konnektive.orders.answer import lead_message
from crm.api.konnektive.orders.idempotency import request_of
from crm.api.konnektive.queries import find_order_sent_by, sees_people
from orders.intake.leads import lead_for, update_lead
from orders.intake.order import IncomingOrder
from orders.intake.take import take_order
from orders.models import OrderStatus
from orders.permissions import ADD_ORDERS


@endpoint(PersonParameters, ADD_ORDERS)
@sensitive_variables("call")
def lead_import(call: Call, sent: PersonParameters) -> dict[str, Any]:
    lead = lead_for(find_order_sent_by(call.by, sent.order_id), sent.identity()) if sent.order_id else None
    if lead is None:
        sent.require_identity()
    source = data_source_of(call.by)
    incoming = IncomingOrder(
        incoming_customer(sent, source),
        Decimal(0),
        source.currency,
        status=OrderStatus.PARTIAL,
        campaign=find_campaign(sent),
        coupon_code=sent.coupon_code,
        ip_address=str(sent.ip_address) if sent.ip_address else None,
        details=details_of(sent, call.parameters),
        request=request_of(call),
    )
    order = update_lead(lead, incoming) if lead else take_order(incoming, by=call.by).order
    return lead_message(order, with_person=sees_people(call.by))
