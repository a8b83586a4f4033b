"""What is known of a customer by each of their source records, and what each record brought."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings

from customers.fields import BY_KEY
from customers.identity import fold, normal_email, normal_phone
from customers.models import Customer, RecordTotals, SourceRecord
from customers.money import major
from customers.values import same

# More than a page can show; a customer has few, unless somebody merged hundreds.
MOST_RECORDS = 200


class Amount(NamedTuple):
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Figures:
    """What counted orders add up to, each currency by itself."""

    orders: int
    spent: list[Amount]
    refunded: list[Amount]
    first_order_at: datetime | None


@dataclass(frozen=True)
class Brought:
    """A source record and the orders that came through it."""

    record: SourceRecord
    figures: Figures


def records_of(customer: Customer) -> dict[int, SourceRecord]:
    """The customer's source records by primary key, in order of attachment."""
    found = customer.records.select_related("data_source", "origin").in_order_of_attachment()
    return {record.pk: record for record in found[:MOST_RECORDS]}


def totals_of(customer: Customer) -> list[RecordTotals]:
    return list(RecordTotals.objects.filter(source_record__customer=customer, orders__gt=0))


def figures(totals: Iterable[RecordTotals]) -> Figures:
    """The sum of `totals`, the currency most used first; nothing is nothing of the default currency."""
    rows = sorted(totals, key=lambda row: (-row.orders, row.currency))
    currencies = list(dict.fromkeys(row.currency for row in rows)) or [settings.DEFAULT_CURRENCY]

    def summed(name: str) -> list[Amount]:
        of = {c: sum(getattr(row, name) for row in rows if row.currency == c) for c in currencies}
        return [Amount(major(amount, currency), currency) for currency, amount in of.items()]

    times = [row.first_order_at for row in rows if row.first_order_at]
    orders = sum(row.orders for row in rows)
    return Figures(orders, summed("amount"), summed("refunded"), min(times, default=None))


def brought(customer: Customer, records: Mapping[int, SourceRecord]) -> Iterator[Brought]:
    of_record: defaultdict[int, list[RecordTotals]] = defaultdict(list)
    for row in totals_of(customer):
        of_record[row.source_record_id].append(row)
    return (Brought(record, figures(of_record[pk])) for pk, record in records.items())


def former(customer: Customer, records: Iterable[SourceRecord]) -> Iterator[str]:
    """E-mails and phones of the records that the profile does not show, each once."""
    shown: set[str] = set()
    for record in records:
        for key, normal in (
            ("email", normal_email(record.email)),
            ("phone", normal_phone(record.phone, record.country)),
        ):
            value = getattr(record, key)
            spelling = normal or fold(value)
            if value and spelling not in shown and not _in_profile(customer, key, value, record.country):
                shown.add(spelling)
                yield value


def _in_profile(customer: Customer, key: str, value: str, country: str) -> bool:
    return same(BY_KEY[key], value, getattr(customer, key), country=country)
