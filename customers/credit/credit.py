"""Credit: the sum of the standing entries of a customer's records, in each currency by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Round

from customers.lib import sentences
from customers.lib.money import CURRENCIES, format_money, is_payable
from customers.lib.phrases import isolated
from customers.lib.sentences import isolated_text
from customers.locks import lock_live
from customers.models import CreditEntry, Customer, HistoryEntry, HistoryKind, Merge
from customers.models.prepared import Prepared
from customers.records import history
from customers.records.newest import newest
from customers.records.staff_record import staff_record_of

if TYPE_CHECKING:
    from crm.accounts.models import User

Amounts = dict[str, Decimal]

# SQLite adds decimals up as floats, and what it gets wrong lies far behind their last digit.
TOTAL = Round(Sum("amount"), precision=CreditEntry._meta.get_field("amount").decimal_places)

_sums = Prepared(
    lambda records: (
        CreditEntry.objects.filter(source_record__in=records, merge__undone_at=None)
        .values_list("source_record", "currency", "merge")
        .annotate(total=TOTAL)
    )
)


class CreditError(Exception):
    """The message says what did not happen, and why."""


def balances(customers: Collection[int]) -> dict[int, Amounts]:
    """{customer: {currency: credit}} of the live customers that have, or had, credit."""
    entries = CreditEntry.objects.filter(source_record__customer__in=customers, merge__undone_at=None)
    found: defaultdict[int, Amounts] = defaultdict(dict)
    sums = entries.values_list("source_record__customer", "currency").annotate(total=TOTAL)
    for customer, currency, amount in sums:
        found[customer][currency] = amount
    return dict(found)


def balances_of_parts(parts: Mapping[int, Collection[int]], *, without: int | None = None) -> dict[int, Amounts]:
    """{customer: {currency: credit}} for customers with such records, were the merge `without` undone."""
    owner_of = {record: customer for customer, records in parts.items() for record in records}
    sums: dict[int, Amounts] = {customer: {} for customer in parts}
    for record, currency, merge, amount in _sums(list(owner_of)):
        if merge is None or merge != without:
            amounts = sums[owner_of[record]]
            amounts[currency] = amounts.get(currency, Decimal()) + amount
    return sums


class UnknownCurrencyError(CreditError):
    """There is no such currency, and the customer holds none of it."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"{currency} is not a currency. Enter a code such as USD.")


class OverdrawnError(CreditError):
    """More would be used than there is, and nobody said that it may be below zero."""


class StaleCreditError(CreditError):
    """`latest` was written since."""

    def __init__(self, latest: HistoryEntry) -> None:
        shown = isolated_text(latest.sentence, latest.values)
        super().__init__(f"{isolated(latest.by or 'An API client')} adjusted this credit a moment ago: {shown}")
        self.latest = latest


@transaction.atomic
def adjust(
    customer: Customer,
    amount: Decimal,
    currency: str,
    *,
    cause: str,
    by: User | None,
    seen: int | None = None,
    allow_overdraft: bool = False,
) -> list[CreditEntry]:
    """Give credit (above zero), which goes to the home record, or use it up, drawn from the records oldest first.

    `seen` is the latest adjustment that who adjusts knew of: StaleCreditError when there is another one. Below zero
    only with `allow_overdraft`.
    """
    if not is_payable(amount, currency):
        raise CreditError("Enter an amount such as 7.50.")
    locked = lock_live(customer.pk)
    if locked.erased_at:
        raise CreditError("Credit was not adjusted: this customer was erased a moment ago.")
    # What a source sent in a currency of its own can still be used up.
    if currency not in CURRENCIES and currency not in balances([locked.pk]).get(locked.pk, {}):
        raise UnknownCurrencyError(currency)
    latest = latest_adjustment(locked)
    if seen is not None and latest and latest.pk != seen:
        raise StaleCreditError(latest)
    drawn = (
        {staff_record_of(locked).pk: amount}
        if amount >= 0
        else _draw(locked, -amount, currency, allow_overdraft=allow_overdraft)
    )
    entries = [
        CreditEntry(source_record_id=record, amount=part, currency=currency, cause=cause, by=by)
        for record, part in drawn.items()
    ]
    history.write(locked, HistoryKind.CREDIT, sentence(amount), **_values(amount, currency, cause), by=by)
    return CreditEntry.objects.bulk_create(entries)


def sentence(amount: Decimal) -> str:
    return "Added {amount} of credit." if amount >= 0 else "Deducted {amount} of credit."


def _values(amount: Decimal, currency: str, cause: str) -> dict[str, Any]:
    return {"amount": sentences.money(abs(amount), currency), "reason": cause}


def is_repeated(latest: HistoryEntry, amount: Decimal, currency: str, cause: str) -> bool:
    """Whether the `latest` adjustment was the same."""
    values = _values(amount, currency, cause)
    same = history.entry(latest.source_record_id, HistoryKind.CREDIT, sentence(amount), by=None, **values)
    return (latest.sentence, latest.values) == (same.sentence, same.values)


def latest_adjustment(customer: Customer) -> HistoryEntry | None:
    return newest(HistoryEntry, customer, limit=1, kind=HistoryKind.CREDIT).first()


def _draw(customer: Customer, wanted: Decimal, currency: str, *, allow_overdraft: bool) -> dict[int, Decimal]:
    """{record: amount below zero} that makes up `wanted`; what nobody holds is drawn from the home record."""
    entries = CreditEntry.objects.filter(source_record__customer=customer, currency=currency, merge__undone_at=None)
    held = dict(entries.values_list("source_record").annotate(total=TOTAL).order_by("source_record"))
    if (total := sum(held.values(), Decimal())) < wanted and not allow_overdraft:
        has = format_money(total, currency)
        raise OverdrawnError(f"{isolated(customer.name)} has only {has} of credit.")
    drawn: dict[int, Decimal] = {}
    for record, amount in held.items():
        part = min(max(amount, Decimal()), wanted + sum(drawn.values()))
        if part:
            drawn[record] = -part
    if missing := wanted + sum(drawn.values()):
        home = staff_record_of(customer).pk
        drawn[home] = drawn.get(home, Decimal()) - missing
    return drawn


def correct(customer: Customer, finals: Amounts, *, by: User | None, merge: Merge) -> None:
    """Make the credit of the locked survivor what was decided, by entries that stand as long as the merge."""
    held = balances([customer.pk]).get(customer.pk, {}) if finals else {}
    wrong = {currency: amount - held.get(currency, 0) for currency, amount in finals.items()}
    CreditEntry.objects.bulk_create(
        CreditEntry(
            source_record=staff_record_of(customer),
            amount=amount,
            currency=currency,
            cause=f"Set in merge {merge.pk}",
            by=by,
            merge=merge,
        )
        for currency, amount in wrong.items()
        if amount
    )
