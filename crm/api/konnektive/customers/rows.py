"""Customers as this dialect answers them, in the same number of queries for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from crm.api.konnektive.customers.addresses import serialize_billing, serialize_shipping
from crm.api.konnektive.customers.profile import serialize_profile
from crm.api.konnektive.formats import format_amount, format_flag, format_time
from customers.credit import credit
from customers.labels.effective import effective_of
from customers.models import Attribute, CartLogin, Customer, HistoryEntry, Note, PaySource
from customers.records import ownership
from customers.records.changed_since import changed_at
from customers.totals.sums import OrderTotals, order_totals


def customer_rows(
    customers: Sequence[Customer], *, with_orders: bool, with_custom: bool = False
) -> list[dict[str, Any]]:
    """Without orders, the most recent activity of a customer is the last change of the customer."""
    pks = [customer.pk for customer in customers]
    totals = order_totals(pks, by="source_record__customer") if with_orders else defaultdict(OrderTotals)
    credits, sources = credit.balances(pks), _pay_sources(pks)
    merged, logins = ownership.merged_below(pks), _logins(customers)
    rows = [
        _row(customer, totals[customer.pk], credits.get(customer.pk, {}), sources[customer.pk])
        | {"eCommerceLogin": logins.get(customer.cart_login_id), "mergedCustomerIds": merged[customer.pk]}
        for customer in customers
    ]
    if with_custom:
        custom = effective_of(Attribute, customers)
        for row in rows:
            row["customFields"] = {attribute.name: attribute.value for attribute in custom[row["customerId"]]}
    return rows


def _row(
    customer: Customer, totals: OrderTotals, credits: credit.Amounts, sources: Sequence[PaySource]
) -> dict[str, Any]:
    currency, balance = next(iter(credits.items()), ("", Decimal()))
    return {
        "customerId": customer.pk,
        "mergedIntoCustomerId": customer.merged_into_id,
        **serialize_profile(customer),
        **serialize_billing(customer.billing_address),
        **serialize_shipping(customer.shipping_address, recipient=customer),
        "billShipSame": format_flag(customer.shipping_address in ({}, customer.billing_address)),
        "isBlacklisted": 0,
        "creditAmount": format_amount(balance, currency) if currency else "0.00",
        "creditCurrency": currency or None,
        "mostRecentActivity": format_time(max(customer.updated, totals.last_order_at or customer.updated)),
        "dateCreated": format_time(customer.created),
        "dateUpdated": format_time(customer.updated),
        "isErased": format_flag(customer.erased_at is not None),
        "dateErased": format_time(customer.erased_at) if customer.erased_at else None,
        **_default(customer, sources),
        "paySources": [pay_source_row(source, customer) for source in sources],
    }


def _default(customer: Customer, sources: Sequence[PaySource]) -> dict[str, Any]:
    default = next((source for source in sources if source.pk == customer.pay_source_id), None)
    return {
        "paySourceId": default.pk if default else None,
        "paySource": default.kind if default else None,
        "cardType": default.brand if default else None,
        "cardLast4": default.last_four if default else None,
        "cardExpiryDate": default.expiry if default else None,
    }


def pay_source_row(source: PaySource, customer: Customer) -> dict[str, Any]:
    return {
        "paySourceId": source.pk,
        "paySourceType": source.kind,
        "cardType": source.brand,
        "cardLast4": source.last_four,
        "cardMonth": source.expiry_month,
        "cardYear": source.expiry_year,
        "isPrimary": format_flag(source.pk == customer.pay_source_id),
    }


def _pay_sources(customers: Collection[int]) -> defaultdict[int, list[PaySource]]:
    sources: defaultdict[int, list[PaySource]] = defaultdict(list)
    rows = PaySource.objects.filter(source_record__customer__in=customers).select_related("source_record")
    for source in rows.order_by("pk"):
        sources[source.source_record.customer_id].append(source)
    return sources


def _logins(customers: Sequence[Customer]) -> dict[int | None, str | None]:
    shown = {customer.cart_login_id for customer in customers if customer.cart_login_id}
    rows = CartLogin.objects.filter(pk__in=shown) if shown else CartLogin.objects.none()
    return dict(rows.values_list("pk", "login"))


def history_rows(entries: Sequence[HistoryEntry]) -> list[dict[str, Any]]:
    prefetch_related_objects(entries, "by", "source_record")
    return [_history_row(entry) for entry in entries]


def _history_row(entry: HistoryEntry) -> dict[str, Any]:
    return {
        "historyId": entry.pk,
        "customerId": entry.source_record.customer_id,
        "type": entry.kind,
        "message": entry.text,
        "agentName": str(entry.by) if entry.by else None,
        "dateCreated": format_time(entry.at),
        "dateUpdated": format_time(changed_at(entry, entry.source_record)),
    }


def note_row(note: Note) -> dict[str, Any]:
    return {
        "noteId": note.pk,
        "message": note.text,
        "agentName": str(note.by) if note.by else None,
        "dateCreated": format_time(note.at),
    }
