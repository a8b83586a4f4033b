"""Campaigns: asked for."""

from __future__ import annotations

from typing import Any, Literal

from crm.api.konnektive.endpoint import Call, endpoint
from crm.api.konnektive.fields import Whole
from crm.api.konnektive.paging import Paged, page
from crm.api.konnektive.queries import without_none
from customers.records.changed_since import ChainedQuery
from orders.models import Campaign


class CampaignQuery(Paged):
    campaign_id: Whole | None = None
    campaign_type: Literal["PHONE", "ECOMMERCE", "LANDER"] | None = None


@endpoint("orders.view_order")
def query(call: Call) -> dict[str, Any]:
    """Unlike every other query, the rows come by their ids and not in a list."""
    asked = call.read(CampaignQuery)
    filters = without_none(pk=asked.campaign_id, kind=asked.campaign_type)
    found = ChainedQuery(Campaign.objects.filter(**filters).order_by("pk"))
    answer = page(found, asked, what="campaigns", write=lambda some: [_row(each) for each in some])
    return answer | {"data": {str(row["campaignId"]): row for row in answer["data"]}}


def _row(campaign: Campaign) -> dict[str, Any]:
    return {"campaignId": campaign.pk, "campaignName": campaign.name, "campaignType": campaign.kind}
