"""How a customer is written, with whatever has to be asked for it: in as many queries for 200 as for one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from crm.api.chartmogul.customers.attribute_values import written
from crm.api.chartmogul.customers.statuses import status_of
from crm.api.chartmogul.engagement.users import address
from crm.api.chartmogul.formats import SYSTEM, moment, moment_with_offset, sign
from customers.labels.effective import effective_of
from customers.labels.labels import Value, parse_value
from customers.lib.countries import country_code, country_name
from customers.lib.person_name import full_name
from customers.lib.states import state_code, state_name
from customers.models import Attribute, Customer, SourceRecord, Tag
from customers.records import external
from orders.revenue import current
from orders.revenue.current import MonthlyRevenue

MERGED = "merged-customer"
"""The tag of those who have what came with somebody else; it is never stored, so that an undo takes it away."""


@dataclass(frozen=True)
class Facts:
    """What is known of a customer beside its own columns; `revenue` is a month's."""

    records: Sequence[SourceRecord] = ()
    tags: Sequence[str] = ()
    attributes: Mapping[str, Value] = field(default_factory=dict)
    revenue: MonthlyRevenue = field(default_factory=lambda: MonthlyRevenue(settings.DEFAULT_CURRENCY))
    since: datetime | None = None


def facts_of(customers: Collection[Customer]) -> dict[int, Facts]:
    labelled = labelled_of(customers)
    monthly = current.monthly_revenue_of([customer.pk for customer in customers])
    # Who has bought, but nothing that is billed again, is a lead to this dialect.
    since = current.customers_since([customer.pk for customer in customers if customer.billing_status])
    return {pk: replace(facts, revenue=monthly[pk], since=since.get(pk)) for pk, facts in labelled.items()}


def labelled_of(customers: Collection[Customer]) -> dict[int, Facts]:
    """Records, tags and attributes, and nothing of money."""
    records = external.external_records_of(customers)
    tags, attributes = effective_of(Tag, customers), effective_of(Attribute, customers)
    return {
        pk: Facts(
            records[pk],
            with_merged([tag.name for tag in tags[pk]], is_merged=any(each.origin_id != pk for each in records[pk])),
            {each.name: parse_value(each) for each in attributes[pk]},
        )
        for pk in records
    }


def with_merged(tags: Sequence[str], *, is_merged: bool) -> Sequence[str]:
    return [*tags, MERGED] if is_merged else tags


def shapes(customers: Collection[Customer], request: HttpRequest) -> list[dict[str, Any]]:
    """Of customers whose owners were read with them."""
    facts = facts_of(customers)
    return [shape(each, facts[each.pk], request) for each in customers]


def shape(customer: Customer, facts: Facts, request: HttpRequest) -> dict[str, Any]:
    first = external.primary_record(facts.records)
    return {
        "id": customer.pk,
        "uuid": customer.uuid,
        "external_id": first.external_id or "" if first else "",
        "name": full_name(customer.first_name, customer.last_name),
        "email": customer.email,
        "status": status_of(customer),
        "customer-since": moment_with_offset(facts.since),
        "attributes": attributes_shape(facts),
        "data_source_uuid": first.data_source.uuid if first else "",
        "data_source_uuids": [each.data_source.uuid for each in facts.records],
        "external_ids": [each.external_id or "" for each in facts.records],
        "company": customer.company,
        **place(customer.billing_address),
        "lead_created_at": moment(customer.lead_created_at),
        "free_trial_started_at": moment(customer.trial_started_at),
        "mrr": facts.revenue.amount,
        "arr": 12 * facts.revenue.amount,
        "billing-system-url": None,
        "chartmogul-url": url(customer, request),
        "billing-system-type": (first and first.data_source.system) or SYSTEM,
        "currency": facts.revenue.currency,
        "currency-sign": sign(facts.revenue.currency),
        "owner": address(customer.owner) or None,
        "website_url": customer.website or None,
    }


def attributes_shape(facts: Facts) -> dict[str, Any]:
    return {
        "custom": {name: written(value) for name, value in facts.attributes.items()},
        "clearbit": {},
        "stripe": {},
        "tags": list(facts.tags),
    }


def place(address: Mapping[str, str]) -> dict[str, Any]:
    """The billing address twice: with codes, and with names."""
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


def url(customer: Customer, request: HttpRequest) -> str:
    """The page of the customer here, ending as clients know it: the number and the name."""
    called = re.sub(r"[^\w-]", "", re.sub(r"\s+", "_", customer.company or customer.name))
    return f"{request.build_absolute_uri(customer.get_absolute_url())}#{customer.pk}-{called}"
