"""Customers as they are answered, in the same number of queries for 200 as for one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from crm.api.chartmogul.auth import ApiRequest
from crm.api.chartmogul.customers.attribute_values import serialize_value
from crm.api.chartmogul.customers.profile import serialize_profile
from crm.api.chartmogul.customers.statuses import status_of
from crm.api.chartmogul.data_sources import DEFAULT_SYSTEM
from crm.api.chartmogul.money import currency_sign
from crm.api.chartmogul.times import format_time, format_time_with_offset
from crm.api.chartmogul.users import email_of
from customers.labels.attributes import AttributeValue, parse_value
from customers.labels.effective import effective_of
from customers.lib.addresses.countries import country_code, country_name
from customers.lib.addresses.states import state_code, state_name
from customers.lib.person_name import full_name
from customers.models import Attribute, Customer, SourceRecord, Tag
from customers.permissions import VIEW_ORDERS
from customers.records import external
from orders.revenue import current
from orders.revenue.current import MonthlyRevenue

# The tag of customers with records of others who were merged into them. Derived, so that an undo removes it.
MERGED_TAG = "merged-customer"


@dataclass(frozen=True)
class CustomerFacts:
    """The parts of an answer beside the customer's own columns; `revenue` is the MRR."""

    records: Sequence[SourceRecord] = ()
    tags: Sequence[str] = ()
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    revenue: MonthlyRevenue = field(default_factory=lambda: MonthlyRevenue(settings.DEFAULT_CURRENCY))
    since: datetime | None = None


def facts_of(customers: Collection[Customer], *, with_orders: bool) -> dict[int, CustomerFacts]:
    """Without orders there is no revenue: it follows from them."""
    labelled = labels_of(customers)
    # To this dialect, a customer who has bought nothing that bills again is a lead.
    buyers = [customer.pk for customer in customers if customer.billing_status]
    since = current.customers_since(buyers)
    bought = {pk: replace(labelled[pk], since=since.get(pk)) for pk in buyers}
    if with_orders:
        revenue = current.monthly_revenue_of(buyers)
        bought = {pk: replace(facts, revenue=revenue[pk]) for pk, facts in bought.items()}
    return {**labelled, **bought}


def labels_of(customers: Collection[Customer]) -> dict[int, CustomerFacts]:
    records = external.external_records_of(customers)
    tags, attributes = effective_of(Tag, customers), effective_of(Attribute, customers)
    return {
        pk: CustomerFacts(
            records[pk],
            add_merged_tag(
                [tag.name for tag in tags[pk]], is_merged=any(record.origin_id != pk for record in records[pk])
            ),
            {attribute.name: parse_value(attribute) for attribute in attributes[pk]},
        )
        for pk in records
    }


def add_merged_tag(tags: Sequence[str], *, is_merged: bool) -> Sequence[str]:
    return [*tags, MERGED_TAG] if is_merged else tags


def serialize_all(customers: Collection[Customer], request: ApiRequest) -> list[dict[str, Any]]:
    facts = facts_of(customers, with_orders=request.by.has_perm(VIEW_ORDERS))
    return [serialize(customer, facts[customer.pk], request) for customer in customers]


def serialize(customer: Customer, facts: CustomerFacts, request: HttpRequest) -> dict[str, Any]:
    first = external.primary_record(facts.records)
    return {
        "id": customer.pk,
        "uuid": customer.uuid,
        "external_id": first.public_id if first else "",
        "name": full_name(customer.first_name, customer.last_name),
        **serialize_profile(customer),
        "status": status_of(customer),
        "customer-since": format_time_with_offset(facts.since),
        "attributes": serialize_attributes(facts),
        "data_source_uuid": first.data_source.uuid if first else "",
        "data_source_uuids": [record.data_source.uuid for record in facts.records],
        "external_ids": [record.public_id for record in facts.records],
        **serialize_address(customer.billing_address),
        "lead_created_at": format_time(customer.lead_created_at),
        "free_trial_started_at": format_time(customer.trial_started_at),
        "mrr": facts.revenue.amount,
        "arr": 12 * facts.revenue.amount,
        "billing-system-url": None,
        "chartmogul-url": page_url(customer, request),
        "billing-system-type": (first and first.data_source.system) or DEFAULT_SYSTEM,
        "currency": facts.revenue.currency,
        "currency-sign": currency_sign(facts.revenue.currency),
        "owner": email_of(customer.owner) or None,
    }


def serialize_attributes(facts: CustomerFacts) -> dict[str, Any]:
    return {
        "custom": {name: serialize_value(value) for name, value in facts.attributes.items()},
        "clearbit": {},
        "stripe": {},
        "tags": list(facts.tags),
    }


def serialize_address(address: Mapping[str, str]) -> dict[str, Any]:
    """The address twice: with codes of country and state, and with their names."""
    country, state = address.get("country", ""), address.get("state", "")
    city, postal_code = address.get("city"), address.get("postal_code")
    return {
        "country": country_code(country) or country or None,
        "state": state_code(state, country) or None,
        "city": city,
        "zip": postal_code,
        "address": {
            "country": country_name(country_code(country)) or country or None,
            "state": state_name(state, country) or None,
            "city": city,
            "address_zip": postal_code,
        },
    }


def page_url(customer: Customer, request: HttpRequest) -> str:
    """The URL of the customer's page, ending in number and name as ChartMogul's does."""
    name = re.sub(r"[^\w-]", "", re.sub(r"\s+", "_", customer.company or customer.name))
    return f"{request.build_absolute_uri(customer.get_absolute_url())}#{customer.pk}-{name}"
