"""How this dialect shows customers, in a fixed number of queries however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from crm.api.konnektive.customers.addresses import billing, shipping
from crm.api.konnektive.writing import amount, moment, truth
from customers.credit import credit
from customers.labels.effective import effective_of
from customers.models import Attribute, CartLogin, Customer, HistoryEntry, Note, PaySource
from customers.profile.display import CUSTOM
from customers.records import counts, ownership
from customers.records.counts import Totals


def customer_rows(customers: Sequence[Customer], *, with_custom: bool = False) -> list[dict[str, Any]]:
    """A row each, with the custom fields too where they were asked for."""
    pks = [customer.pk for customer in customers]
    totals = counts.totals(pks, by="source_record__customer")
    credits, sources = credit.balances(pks), _pay_sources(pks)
    behind, logins = _merged_into(pks), _logins(customers)
    rows = [
        _row(each, totals[each.pk], credits.get(each.pk, {}), sources[each.pk])
        | {"eCommerceLogin": logins.get(each.cart_login_id), "mergedCustomerIds": behind[each.pk]}
        for each in customers
    ]
    if with_custom:
        custom = effective_of(Attribute, customers)
        for row in rows:
            row["customFields"] = {attribute.name: attribute.value for attribute in custom[row["customerId"]]}
    return rows


def _row(customer: Customer, totals: Totals, credits: credit.Amounts, sources: Sequence[PaySource]) -> dict[str, Any]:
    currency, given = next(iter(credits.items()), ("", Decimal()))
    return {
        "customerId": customer.pk,
        "mergedIntoCustomerId": customer.merged_into_id,
        "firstName": customer.first_name,
        "lastName": customer.last_name,
        "companyName": customer.company,
        "emailAddress": customer.email,
        "phoneNumber": customer.phone,
        **billing(customer.billing_address),
        **shipping(customer.shipping_address, name=customer),
        "billShipSame": truth(customer.shipping_address in ({}, customer.billing_address)),
        **{name: getattr(customer, name) for name in CUSTOM},
        "doNotSellName": truth(customer.do_not_sell),
        "contactOptIn": truth(customer.sms_contact),
        "emailOptIn": truth(customer.email_opt_in),
        "isTaxExempt": truth(customer.tax_exempt),
        "isBlacklisted": 0,
        "creditAmount": amount(given, currency) if currency else "0.00",
        "creditCurrency": currency or None,
        "mostRecentActivity": moment(totals.last_order_at or customer.updated),
        "dateCreated": moment(customer.created),
        "dateUpdated": moment(customer.updated),
        **_default(customer, sources),
        "paySources": [pay_source_row(each, customer) for each in sources],
    }


def _default(customer: Customer, sources: Sequence[PaySource]) -> dict[str, Any]:
    """The pay source that is charged unless another is named, in the row itself."""
    chosen = next((each for each in sources if each.pk == customer.pay_source_id), None)
    return {
        "paySourceId": chosen.pk if chosen else None,
        "paySource": chosen.kind if chosen else None,
        "cardType": chosen.brand if chosen else None,
        "cardLast4": chosen.last_four if chosen else None,
        "cardExpiryDate": chosen.expiry if chosen else None,
    }


def pay_source_row(source: PaySource, customer: Customer) -> dict[str, Any]:
    return {
        "paySourceId": source.pk,
        "paySourceType": source.kind,
        "cardType": source.brand,
        "cardLast4": source.last_four,
        "cardMonth": source.expiry_month,
        "cardYear": source.expiry_year,
        "isPrimary": truth(source.pk == customer.pay_source_id),
    }


def _pay_sources(customers: Collection[int]) -> defaultdict[int, list[PaySource]]:
    found: defaultdict[int, list[PaySource]] = defaultdict(list)
    rows = PaySource.objects.filter(source_record__customer__in=customers).select_related("source_record")
    for source in rows.order_by("pk"):
        found[source.source_record.customer_id].append(source)
    return found


def _merged_into(customers: Collection[int]) -> defaultdict[int, list[int]]:
    """{customer: the numbers of those who were merged into it, and lead to it}."""
    behind: defaultdict[int, list[int]] = defaultdict(list)
    for member, head in ownership.merged_into_any(customers).items():
        if member != head:
            behind[head].append(member)
    return behind


def _logins(customers: Sequence[Customer]) -> dict[int | None, str | None]:
    shown = {each.cart_login_id for each in customers if each.cart_login_id}
    rows = CartLogin.objects.filter(pk__in=shown) if shown else CartLogin.objects.none()
    return dict(rows.values_list("pk", "login"))


def history_rows(entries: Sequence[HistoryEntry]) -> list[dict[str, Any]]:
    prefetch_related_objects(entries, "by", "source_record")
    return [_history_row(each) for each in entries]


def _history_row(entry: HistoryEntry) -> dict[str, Any]:
    return {
        "historyId": entry.pk,
        "customerId": entry.source_record.customer_id,
        "type": entry.kind,
        "message": entry.text,
        "agentName": str(entry.by) if entry.by else None,
        "dateCreated": moment(entry.at),
    }


def note_row(note: Note) -> dict[str, Any]:
    return {
        "noteId": note.pk,
        "message": note.text,
        "agentName": str(note.by) if note.by else None,
        "dateCreated": moment(note.at),
    }
