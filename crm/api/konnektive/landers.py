"""Import Click: a cart reports every page that a visitor opens. Clicks are not stored; the cart gets its session."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from pydantic import AfterValidator

from crm.api.konnektive.endpoint import Call, endpoint
from crm.api.konnektive.errors import invalid
from crm.api.konnektive.fields import Parameters, Whole, at_most, refuse_unstorable
from orders.models import Campaign
from orders.permissions import ADD_ORDERS

SESSION_BYTES = 16  # 32 characters, as clients expect


class ImportClick(Parameters):
    campaign_id: Whole
    session_id: Annotated[str, at_most(40), AfterValidator(refuse_unstorable)] = ""


@endpoint(ImportClick, ADD_ORDERS)
def click_import(call: Call, sent: ImportClick) -> dict[str, Any]:
    if not Campaign.objects.filter(pk=sent.campaign_id).exists():
        raise invalid(campaignId="This campaign does not exist.")
    return {"sessionId": sent.session_id or secrets.token_hex(SESSION_BYTES), "campaignId": sent.campaign_id}
