"""Which subscription events a list asks for."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from crm.api.chartmogul import lookup
from crm.api.chartmogul.paging import Page, Paged, page_of, sifted
from crm.api.chartmogul.times import Moment
from customers.lib.text import can_be_stored
from customers.models import DataSource
from orders.models import SubscriptionEvent

SHOWN_WITH = ("source_record", "data_source", "disabled_by")


class Asked(Paged):
    customer_uuid: str | None = None
    data_source_uuid: str | None = None
    external_id: str | None = None
    customer_external_id: str | None = None
    subscription_external_id: str | None = None
    plan_external_id: str | None = None
    event_type: str | None = None
    event_date: Moment | None = None
    effective_date: Moment | None = None
    with_disabled: bool = False


def every() -> QuerySet[SubscriptionEvent]:
    return SubscriptionEvent.objects.select_related(*SHOWN_WITH)


def asked_for(asked: Asked) -> Page[SubscriptionEvent]:
    """A page of them, newest first."""
    source = lookup.data_source(asked.data_source_uuid) if asked.data_source_uuid else None
    customer = lookup.customer(asked.customer_uuid) if asked.customer_uuid else None
    if not all(map(can_be_stored, [*texts(asked).values(), asked.customer_external_id or ""])):
        return Page([], None, has_more=False)
    counting = {} if asked.with_disabled else {"disabled_at__isnull": True}
    filters: dict[str, Any] = {**texts(asked), **during(asked), **counting}
    if customer and asked.customer_external_id is None and not named(asked):
        return page_of(SubscriptionEvent, customer, asked, SHOWN_WITH, source=source, **filters)
    if asked.external_id is not None:
        # Read by themselves, and with the sources named, since the index that knows an id begins with its source.
        sources = [source] if source else list(DataSource.objects.all())
        known = SubscriptionEvent.objects.filter(data_source__in=sources, external_id=asked.external_id)
        filters["pk__in"] = list(known.values_list("pk", flat=True))
    if asked.customer_external_id is not None:
        filters["source_record__in"] = lookup.records(asked.customer_external_id, source, customer)
    elif customer:
        filters["source_record__customer"] = customer
    if source:
        filters["data_source"] = source
    rest = {name: filters.pop(name) for name in ("kind", "plan_external_id") if name in filters}
    return sifted(every().filter(**filters), asked, **rest)


def named(asked: Asked) -> bool:
    """Whether an index leads to what is asked for, whoever has it."""
    return asked.external_id is not None or asked.subscription_external_id is not None


def texts(asked: Asked) -> dict[str, str]:
    given = {
        "external_id": asked.external_id,
        "subscription_external_id": asked.subscription_external_id,
        "plan_external_id": asked.plan_external_id,
        "kind": asked.event_type,
    }
    return {column: text for column, text in given.items() if text is not None}


def during(asked: Asked) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for column, at in (("at", asked.event_date), ("effective", asked.effective_date)):
        if at:
            found |= {f"{column}__gte": at, f"{column}__lt": until(at)}
    return found


def until(at: datetime) -> datetime:
    """A day is all of it, a time itself."""
    return at + (timedelta(days=1) if at.time() == time() else timedelta(milliseconds=1))
