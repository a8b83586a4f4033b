"""Credit: the sum of the standing entries of a customer's records, in each currency by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Round

from customers import history
from customers.homes import home_of
from customers.locking import lock_live
from customers.models import CreditEntry, Customer, HistoryKind, Merge
from customers.money import is_exact, shown

if TYPE_CHECKING:
    from crm.accounts.models import User

Amounts = dict[str, Decimal]

# SQLite adds decimals up as floats, and what it gets wrong lies far behind their last digit.
TOTAL = Round(Sum("amount"), precision=CreditEntry._meta.get_field("amount").decimal_places)


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


def balance_of_records(records: Collection[int], *, without: Merge | None = None) -> Amounts:
    """What the records would hold together, were the merge `without` undone."""
    entries = CreditEntry.objects.filter(source_record__in=records, merge__undone_at=None)
    if without:
        entries = entries.exclude(merge=without)
    return dict(entries.values_list("currency").annotate(total=TOTAL))


@transaction.atomic
def adjust(customer: Customer, amount: Decimal, currency: str, *, cause: str, by: User | None) -> list[CreditEntry]:
    """Give credit (above zero), which goes to the home record, or use it up, drawn from the records oldest first."""
    if not is_exact(amount, currency):
        raise CreditError("Enter an amount such as 7.50.")
    locked = lock_live(customer.pk)
    drawn = {home_of(locked).pk: amount} if amount >= 0 else _draw(locked, -amount, currency)
    entries = [
        CreditEntry(source_record_id=record, amount=part, currency=currency, cause=cause, by=by)
        for record, part in drawn.items()
    ]
    history.write(
        locked,
        HistoryKind.CREDIT,
        f"Credit {'given' if amount >= 0 else 'used'}: {shown(abs(amount), currency)} {currency}, {cause}",
        by=by,
    )
    return CreditEntry.objects.bulk_create(entries)


def _draw(customer: Customer, wanted: Decimal, currency: str) -> dict[int, Decimal]:
    """{record: amount below zero} that makes up `wanted`."""
    entries = CreditEntry.objects.filter(source_record__customer=customer, currency=currency, merge__undone_at=None)
    held = dict(entries.values_list("source_record").annotate(total=TOTAL).order_by("source_record"))
    if sum(held.values()) < wanted:
        has = shown(sum(held.values(), Decimal()), currency)
        raise CreditError(f"{customer.name} has {has} {currency} of credit, not {shown(wanted, currency)}.")
    drawn: dict[int, Decimal] = {}
    for record, amount in held.items():
        part = min(max(amount, Decimal()), wanted + sum(drawn.values()))
        if part:
            drawn[record] = -part
    return drawn


def correct(customer: Customer, finals: Amounts, *, by: User | None, merge: Merge) -> None:
    """Make the credit of the locked survivor what was decided, by entries that stand as long as the merge."""
    held = balances([customer.pk]).get(customer.pk, {}) if finals else {}
    wrong = {currency: amount - held.get(currency, 0) for currency, amount in finals.items()}
    CreditEntry.objects.bulk_create(
        CreditEntry(
            source_record=home_of(customer),
            amount=amount,
            currency=currency,
            cause=f"Set in merge {merge.pk}",
            by=by,
            merge=merge,
        )
        for currency, amount in wrong.items()
        if amount
    )
