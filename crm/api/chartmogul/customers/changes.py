"""Customers by their latest change, for programs that keep a copy: also those that were merged or erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from crm.api.chartmogul.auth import ApiRequest
from crm.api.chartmogul.customers.responses import serialize_all
from crm.api.chartmogul.times import format_time
from customers.models import Customer


def changed_customers() -> QuerySet[Customer]:
    return Customer.objects.select_related("owner", "merged_into")


def serialize_changes(customers: Sequence[Customer], request: ApiRequest) -> list[dict[str, Any]]:
    live = [customer for customer in customers if customer.is_live and not customer.erased_at]
    shown = {entry["uuid"]: entry for entry in serialize_all(live, request)}
    return [
        {
            "uuid": customer.uuid,
            "updated_at": format_time(customer.updated),
            "merged_into_uuid": customer.merged_into.uuid if customer.merged_into else None,
            "erased_at": format_time(customer.erased_at),
            "customer": shown.get(customer.uuid),
        }
        for customer in customers
    ]
