"""Credit: the sum of the active entries of a customer's records, by currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import Round

from customers.lib import sentences
from customers.lib.errors import ActionError
from customers.lib.money import CURRENCIES, format_money, is_payable
from customers.lib.phrases import ActMessage, isolated
from customers.lib.sentences import isolated_text
from customers.locks import lock_live
from customers.models import CreditEntry, Customer, HistoryEntry, HistoryKind, Merge
from customers.records import history
from customers.records.newest import newest
from customers.records.staff_record import staff_record_of
from customers.records.timestamps import touch_customer
from customers.statements.prepared import Slot

if TYPE_CHECKING:
    from crm.accounts.models import User

Amounts = dict[str, Decimal]
RecordSum = tuple[int, str, int | None, Decimal]
"""Source record, currency, the merge that counts or None, and the sum of its entries."""

# SQLite adds decimals up as floats, and what it gets wrong lies far behind their last digit.
TOTAL = Round(Sum("amount"), precision=CreditEntry._meta.get_field("amount").decimal_places)


class CreditError(ActionError):
    pass


def balances(customers: Collection[int]) -> dict[int, Amounts]:
    """{live customer: {currency: credit}}; customers that never had any are left out."""
    entries = CreditEntry.objects.filter(source_record__customer__in=customers, merge__undone_at=None)
    amounts: defaultdict[int, Amounts] = defaultdict(dict)
    sums = entries.values_list("source_record__customer", "currency").annotate(total=TOTAL)
    for customer, currency, amount in sums:
        amounts[customer][currency] = amount
    return dict(amounts)


def balance_rows(customer: Slot) -> QuerySet[CreditEntry, tuple[str, Decimal]]:
    """(currency, credit) of one customer."""
    entries = CreditEntry.objects.filter(source_record__customer=customer, merge__undone_at=None)
    return entries.values_list("currency").annotate(total=TOTAL)


def record_sums(customers: Slot | Collection[int]) -> QuerySet[CreditEntry, RecordSum]:
    """What the records of live customers have, by the merges that brought it."""
    entries = CreditEntry.objects.filter(source_record__customer__in=customers, merge__undone_at=None)
    return entries.values_list("source_record", "currency", "merge").annotate(total=TOTAL)


def balances_of_parts(
    sums: Iterable[RecordSum], parts: Mapping[int, Collection[int]], *, without: int | None = None
) -> dict[int, Amounts]:
    """{customer: {currency: credit}} for customers with such records, were the merge `without` undone."""
    owner_of = {record: customer for customer, records in parts.items() for record in records}
    amounts_of: dict[int, Amounts] = {customer: {} for customer in parts}
    for record, currency, merge, amount in sums:
        if record in owner_of and (merge is None or merge != without):
            amounts = amounts_of[owner_of[record]]
            amounts[currency] = amounts.get(currency, Decimal()) + amount
    return amounts_of


def amounts_text(amounts: Amounts) -> str:
    """Such as “7.50 USD, 3.00 EUR”."""
    return ", ".join(format_money(amount, currency) for currency, amount in sorted(amounts.items()) if amount)


class InsufficientCreditError(CreditError):
    """The customer has less credit than should be deducted."""


ADJUSTED = ActMessage(
    "{user} adjusted this credit a moment ago: {entry}", "An API client adjusted this credit a moment ago: {entry}"
)


class StaleCreditError(CreditError):
    """Another user adjusted the credit since it was shown: `latest`."""

    def __init__(self, latest: HistoryEntry) -> None:
        shown = isolated_text(latest.sentence, latest.values)
        super().__init__(ADJUSTED.text(latest.by, entry=shown))
        self.latest = latest


@transaction.atomic
def adjust(
    customer: Customer,
    amount: Decimal,
    currency: str,
    *,
    reason: str,
    by: User | None,
    seen: int | None = None,
    allow_overdraft: bool = False,
) -> list[CreditEntry]:
    """Add credit, or deduct it when `amount` is negative; the entries written.

    Credit is added to the staff record, and deducted from the oldest records first. `seen` is the latest adjustment
    that was shown: StaleCreditError when there is a later one. InsufficientCreditError unless `allow_overdraft`.
    """
    if not is_payable(amount, currency):
        raise CreditError("Enter an amount such as 7.50.")
    locked = lock_live(customer.pk)
    if locked.erased_at:
        raise CreditError("Credit was not adjusted: this customer was erased a moment ago.")
    # Credit that a data source sent in another currency can still be deducted.
    if currency not in CURRENCIES and currency not in balances([locked.pk]).get(locked.pk, {}):
        raise CreditError(f"{currency} is not a currency. Enter a code such as USD.", "currency")
    latest = latest_adjustment(locked)
    if seen is not None and latest and latest.pk != seen:
        raise StaleCreditError(latest)
    parts = (
        {staff_record_of(locked).pk: amount}
        if amount >= 0
        else _deduct(locked, -amount, currency, allow_overdraft=allow_overdraft)
    )
    entries = [
        CreditEntry(source_record_id=record, amount=part, currency=currency, reason=reason, by=by)
        for record, part in parts.items()
    ]
    touch_customer(locked.pk)
    history.write(locked, HistoryKind.CREDIT, sentence(amount), **_values(amount, currency, reason), by=by)
    return CreditEntry.objects.bulk_create(entries)


def sentence(amount: Decimal) -> str:
    return "Added {amount} of credit." if amount >= 0 else "Deducted {amount} of credit."


def _values(amount: Decimal, currency: str, reason: str) -> dict[str, Any]:
    return {"amount": sentences.money(abs(amount), currency), "reason": reason}


def is_repeated(latest: HistoryEntry, amount: Decimal, currency: str, reason: str) -> bool:
    values = _values(amount, currency, reason)
    same = history.entry(latest.source_record_id, HistoryKind.CREDIT, sentence(amount), by=None, **values)
    return (latest.sentence, latest.values) == (same.sentence, same.values)


def latest_adjustment(customer: Customer) -> HistoryEntry | None:
    return newest(HistoryEntry, customer, limit=1, kind=HistoryKind.CREDIT).first()


def _deduct(customer: Customer, amount: Decimal, currency: str, *, allow_overdraft: bool) -> dict[int, Decimal]:
    """{record: negative amount}, `amount` together; what records lack is deducted on the staff record."""
    entries = CreditEntry.objects.filter(source_record__customer=customer, currency=currency, merge__undone_at=None)
    credit = dict(entries.values_list("source_record").annotate(total=TOTAL).order_by("source_record"))
    if (total := sum(credit.values(), Decimal())) < amount and not allow_overdraft:
        has = format_money(total, currency)
        raise InsufficientCreditError(f"{isolated(customer.name)} has only {has} of credit.")
    deducted: dict[int, Decimal] = {}
    for record, available in credit.items():
        part = min(max(available, Decimal()), amount + sum(deducted.values()))
        if part:
            deducted[record] = -part
    if missing := amount + sum(deducted.values()):
        staff_record = staff_record_of(customer).pk
        deducted[staff_record] = deducted.get(staff_record, Decimal()) - missing
    return deducted


def set_credit(customer: Customer, finals: Amounts, *, by: User | None, merge: Merge) -> None:
    """Set the credit of the locked survivor, by entries that count while the merge is active."""
    credit = balances([customer.pk]).get(customer.pk, {}) if finals else {}
    missing = {currency: amount - credit.get(currency, 0) for currency, amount in finals.items()}
    CreditEntry.objects.bulk_create(
        CreditEntry(
            source_record=staff_record_of(customer),
            amount=amount,
            currency=currency,
            reason=f"Set in merge {merge.pk}",
            by=by,
            merge=merge,
        )
        for currency, amount in missing.items()
        if amount
    )
