"""Campaigns: queried."""

from __future__ import annotations

from typing import Any, Literal

from crm.api.konnektive.endpoint import Call, query_endpoint
from crm.api.konnektive.fields import Whole
from crm.api.konnektive.paging import PagedQuery, Totals, answer_page
from crm.api.konnektive.queries import without_none
from customers.permissions import VIEW_ORDERS
from customers.records.changed_since import ChainedQuery
from orders.models import Campaign


class CampaignQuery(PagedQuery):
    campaign_id: Whole | None = None
    campaign_type: Literal["PHONE", "ECOMMERCE", "LANDER"] | None = None


class CampaignPage(Totals):
    data: dict[str, dict[str, Any]]


@query_endpoint(CampaignQuery, VIEW_ORDERS)
def campaign_query(call: Call, query: CampaignQuery) -> CampaignPage:
    """The rows by id, where other queries answer a list."""
    filters = without_none(pk=query.campaign_id, kind=query.campaign_type)
    rows = ChainedQuery(Campaign.objects.filter(**filters).order_by("pk"))
    answer = answer_page(rows, query, what="campaigns", write=lambda campaigns: [_row(row) for row in campaigns])
    return {
        "totalResults": answer["totalResults"],
        "resultsPerPage": answer["resultsPerPage"],
        "page": answer["page"],
        "data": {str(row["campaignId"]): row for row in answer["data"]},
    }


def _row(campaign: Campaign) -> dict[str, Any]:
    return {"campaignId": campaign.pk, "campaignName": campaign.name, "campaignType": campaign.kind}
