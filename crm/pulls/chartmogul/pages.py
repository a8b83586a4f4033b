"""A page of each list, as the other system has it: of what changed where it lists that, else of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from chartmogul import Config, Invoice

from crm.pulls.chartmogul import client
from crm.pulls.chartmogul.cancellations import Cancellation
from crm.pulls.chartmogul.client import PageThere, page
from crm.pulls.chartmogul.customers import ids_in
from crm.pulls.chartmogul.places import ACTIVITIES, CUSTOMERS, EVENTS, INVOICES, PLANS, RECENT, V1Place
from crm.pulls.errors import GoneThereError, NotFoundThereError

MOST_PER_PAGE = 200
INVOICES_PER_PAGE = 100
"""Each may have a thousand lines."""
EVENTS_PER_PAGE = 50
"""Few, because each event costs a request for the subscriptions of its customer."""


def plans(config: Config, place: V1Place, since: date | None) -> PageThere:
    """Without those of other data sources."""
    of = {"data_source_uuid": place.source}
    return page(client.PulledPlan, config, cursor=place.cursor, per_page=MOST_PER_PAGE, **of)


def customers(config: Config, place: V1Place, since: date | None) -> PageThere:
    """Those that have an ID in the data source that is pulled."""
    if place.lists_changes:
        answer = page(client.ChangedCustomer, config, cursor=place.cursor, per_page=MOST_PER_PAGE)
        entries = [change["customer"] for change in answer.entries if change.get("customer")]
    else:
        of = {"data_source_uuid": place.source}
        answer = page(client.PulledCustomer, config, cursor=place.cursor, per_page=MOST_PER_PAGE, **of)
        entries = [*answer.entries]
    return replace(answer, entries=[entry for entry in entries if ids_in(entry, place.source)])


def invoices(config: Config, place: V1Place, since: date | None) -> PageThere:
    if place.lists_changes:
        answer = page(client.ChangedInvoice, config, cursor=place.cursor, per_page=INVOICES_PER_PAGE)
        entries = [change["invoice"] for change in answer.entries if change.get("invoice")]
        entries = [invoice for invoice in entries if invoice.data_source_uuid == place.source]
    else:
        of = {"data_source_uuid": place.source, "with_disabled": True}
        answer = page(client.PulledInvoice, config, cursor=place.cursor, per_page=INVOICES_PER_PAGE, **of)
        entries = [*answer.entries]
    _name_customers(config, place, entries)
    return replace(answer, entries=entries)


def _name_customers(config: Config, place: V1Place, invoices: list[Invoice]) -> None:
    """Some answers name the customer of an invoice by uuid only: each of these is asked for once."""
    nameless = [invoice for invoice in invoices if not getattr(invoice, "customer_external_id", None)]
    known: dict[str, str] = {}
    for invoice in nameless:
        uuid = getattr(invoice, "customer_uuid", None) or ""
        if uuid and uuid not in known:
            customer = client.customer_named(config, uuid)
            known[uuid] = next(iter(ids_in(customer, place.source)), "") if customer else ""
        invoice.customer_external_id = known.get(uuid, "")


def activities(config: Config, place: V1Place, since: date | None) -> PageThere:
    """Cancellations, by their own time: revenue that ended."""
    start = (since - RECENT).isoformat() if since else ""
    parameters = {"type": "churn", "start-date": start, "cursor": place.cursor, "per_page": MOST_PER_PAGE}
    answer = page(client.PulledActivity, config, **parameters)
    ended = [a for a in answer.entries if getattr(a, "billing_connector_uuid", place.source) == place.source]
    return replace(answer, entries=[Cancellation(a.subscription_external_id, a.date) for a in ended])


def events(config: Config, place: V1Place, since: date | None) -> PageThere:
    """Cancellations, by when they were entered: of each customer who has one, those that count now."""
    query: dict[str, Any] = {"kind": "subscription.cancelled", "per_page": EVENTS_PER_PAGE}
    try:
        answer = page(client.ToldEvent, config, cursor=place.cursor, **query)
    except GoneThereError:  # what is told of before then is among the activities
        answer = page(client.ToldEvent, config, **query)
    customers = dict.fromkeys(event["data"]["current_customer"]["uuid"] for event in answer.entries)
    return replace(answer, entries=[entry for uuid in customers for entry in _cancellations_of(config, place, uuid)])


def _cancellations_of(config: Config, place: V1Place, uuid: str) -> Iterator[Cancellation]:
    try:
        answer = page(client.CustomerSubscriptions, config, uuid=uuid, per_page=MOST_PER_PAGE)
    except NotFoundThereError:  # erased meanwhile
        return
    for subscription in answer.entries:
        if subscription.data_source_uuid == place.source and subscription.cancellation_dates:
            yield Cancellation(subscription.external_id, max(subscription.cancellation_dates))


READ: Mapping[str, Callable[[Config, V1Place, date | None], PageThere]] = {
    PLANS: plans,
    CUSTOMERS: customers,
    INVOICES: invoices,
    ACTIVITIES: activities,
    EVENTS: events,
}
