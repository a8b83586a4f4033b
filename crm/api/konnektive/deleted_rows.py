"""The rows that were deleted in a period, for clients that keep a copy. An addition of Reunite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from crm.api.konnektive.endpoint import Call, query_endpoint
from crm.api.konnektive.formats import format_time
from crm.api.konnektive.paging import DatedQuery, NumberedPage, answer_page
from crm.api.konnektive.queries import without_none
from customers.models import DeletedRow
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from customers.records.changed_since import ChainedQuery, created_in


class DeletedQuery(DatedQuery):
    row_type: Literal["order", "purchase", "transaction", "fulfillment", "member", "history"] | None = None


@query_endpoint(DeletedQuery, VIEW_CUSTOMERS, VIEW_ORDERS)
def deleted_query(call: Call, query: DeletedQuery) -> NumberedPage:
    rows = DeletedRow.objects.filter(**without_none(kind=query.row_type))
    deleted = created_in(rows, query.period(), ascending=True)
    return answer_page(ChainedQuery(deleted), query, what="deleted rows", write=deleted_rows)


def deleted_rows(rows: Sequence[DeletedRow]) -> list[dict[str, Any]]:
    return [{"type": row.kind, "id": row.key, "dateDeleted": format_time(row.at)} for row in rows]
