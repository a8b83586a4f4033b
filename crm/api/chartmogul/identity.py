"""Which customer an id means, now or at a time: an addition of Reunite."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Schema

from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import Refusal, answers, not_found, refusal
from crm.api.chartmogul.times import Moment, format_time
from customers.events.find_id import find_named, was_deleted
from customers.events.meaning import Link, meaning_of
from customers.permissions import VIEW_CUSTOMERS

router = Router(tags=["Events"])


class IdentityQuery(Schema):
    at: Moment | None = None
    data_source_uuid: str = ""
    """Of an external id."""


class CustomerIdsOut(Schema):
    id: int
    uuid: str


class LinkOut(CustomerIdsOut):
    merge_uuid: str | None
    merged_at: str | None


class IdentityOut(Schema):
    id: str
    at: str | None
    state: str
    customer: CustomerIdsOut | None
    chain: list[LinkOut]


@router.get(
    "/identity/{path:id}",
    auth=Key(VIEW_CUSTOMERS),
    response=answers(200, IdentityOut) | {410: Refusal},
    operation_id="retrieve_identity",
)
def retrieve_identity(request: ApiRequest, id: str, query: Query[IdentityQuery]) -> dict[str, Any]:
    named = find_named(id, source=query.data_source_uuid)
    if named is None:
        raise refusal(410, "What had this ID was deleted", "id") if was_deleted(id) else not_found("Customer", "id")
    meaning = meaning_of(named, query.at)
    chain = [_link(link) for link in meaning.chain]
    last = chain[-1] if chain else None
    return {"id": id, "at": format_time(query.at), "state": meaning.state, "customer": last, "chain": chain}


def _link(link: Link) -> dict[str, Any]:
    merge = link.merge
    return {
        "id": link.customer.pk,
        "uuid": link.customer.uuid,
        "merge_uuid": merge.uuid if merge else None,
        "merged_at": format_time(merge.created) if merge else None,
    }
