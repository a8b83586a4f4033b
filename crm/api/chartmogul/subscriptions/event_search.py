"""The subscription events that a list asks for."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from crm.api.chartmogul import lookup
from crm.api.chartmogul.fields import IdText
from crm.api.chartmogul.paging import CursorPage, CursorQuery, page_filtered, page_linked
from crm.api.chartmogul.times import Moment
from customers.lib.text import can_be_stored
from customers.models import DataSource
from orders.models import SubscriptionEvent

SHOWN_WITH = ("source_record", "data_source", "disabled_by")


class EventQuery(CursorQuery):
    customer_uuid: str | None = None
    data_source_uuid: str | None = None
    external_id: IdText | None = None
    customer_external_id: IdText | None = None
    subscription_external_id: IdText | None = None
    plan_external_id: IdText | None = None
    event_type: str | None = None
    event_date: Moment | None = None
    effective_date: Moment | None = None
    with_disabled: bool = False


def all_events() -> QuerySet[SubscriptionEvent]:
    return SubscriptionEvent.objects.select_related(*SHOWN_WITH)


def event_page(query: EventQuery) -> CursorPage[SubscriptionEvent]:
    source = lookup.data_source(query.data_source_uuid) if query.data_source_uuid else None
    customer = lookup.customer(query.customer_uuid) if query.customer_uuid else None
    if not all(map(can_be_stored, [*text_filters(query).values(), query.customer_external_id or ""])):
        return CursorPage([], None, has_more=False)
    enabled = {} if query.with_disabled else {"disabled_at__isnull": True}
    filters: dict[str, Any] = {**text_filters(query), **day_filters(query), **enabled}
    if customer and query.customer_external_id is None and not is_indexed(query):
        return page_linked(SubscriptionEvent, customer, query, SHOWN_WITH, source=source, **filters)
    if query.external_id is not None:
        # Read first, and with the sources named, because the index on external ids begins with the source.
        sources = [source] if source else list(DataSource.objects.all())
        events = SubscriptionEvent.objects.filter(data_source__in=sources, external_id=query.external_id)
        filters["pk__in"] = list(events.values_list("pk", flat=True))
    if query.customer_external_id is not None:
        filters["source_record__in"] = lookup.record_ids(query.customer_external_id, source, customer)
    elif customer:
        filters["source_record__customer"] = customer
    if source:
        filters["data_source"] = source
    unindexed = {name: filters.pop(name) for name in ("kind", "plan_external_id") if name in filters}
    return page_filtered(all_events().filter(**filters), query, **unindexed)


def is_indexed(query: EventQuery) -> bool:
    return query.external_id is not None or query.subscription_external_id is not None


def text_filters(query: EventQuery) -> dict[str, str]:
    columns = {
        "external_id": query.external_id,
        "subscription_external_id": query.subscription_external_id,
        "plan_external_id": query.plan_external_id,
        "kind": query.event_type,
    }
    return {column: text for column, text in columns.items() if text is not None}


def day_filters(query: EventQuery) -> dict[str, datetime]:
    filters: dict[str, datetime] = {}
    for column, at in (("at", query.event_date), ("effective", query.effective_date)):
        if at:
            filters |= {f"{column}__gte": at, f"{column}__lt": end_of(at)}
    return filters


def end_of(at: datetime) -> datetime:
    """The end of the day `at`, or of its millisecond if it has a time."""
    return at + (timedelta(days=1) if at.time() == time() else timedelta(milliseconds=1))
