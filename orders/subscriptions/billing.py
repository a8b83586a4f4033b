"""Changing the price of a purchase and the day of its next bill.

A cancellation or a pause planned for the day of the next bill moves with it: it is meant to come before that bill.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from customers.lib import sentences
from customers.lib.money import format_for_input, is_payable
from customers.lib.sentences import Value
from orders import history
from orders.models import Purchase, PurchaseStatus
from orders.subscriptions.cancel import refuse_cancellation_day
from orders.subscriptions.common import PurchaseError, locked_purchase, refuse_day, refuse_ended, shown_date, today

if TYPE_CHECKING:
    from crm.accounts.models import User


def refuse_billing_change(purchase: Purchase) -> None:
    refuse_ended(purchase)
    if purchase.status == PurchaseStatus.RECYCLE_FAILED:
        raise PurchaseError("Billing has failed, so this purchase is not billed. Reactivate it first.")


def refuse_price(purchase: Purchase, price: Decimal) -> None:
    if not is_payable(price, purchase.currency) or price < 0:
        raise PurchaseError(f"Enter a price such as {format_for_input(purchase.price, purchase.currency)}.")


def refuse_next_bill(purchase: Purchase, day: date | None) -> None:
    # A day in the past, or none, may stay as it is; neither can be chosen.
    if day == purchase.next_bill_date:
        return
    if day is None:
        raise PurchaseError("Choose the next bill date. To stop billing, pause or cancel the purchase.")
    refuse_day(day, first=today())


def change_billing(purchase: Purchase, *, price: Decimal, next_bill: date | None, seen: str, by: User | None) -> None:
    with locked_purchase(purchase, seen=seen) as current:
        refuse_billing_change(current)
        refuse_price(current, price)
        refuse_next_bill(current, next_bill)
        changes = list(_changes(current, price, next_bill))
        if not changes:
            raise PurchaseError("Price and next bill date are the same as before.")
        if next_bill and current.cancels_on and current.cancels_on == current.next_bill_date:
            _move_cancellation(current, next_bill)
        if next_bill and current.pauses_on and current.pauses_on == current.next_bill_date:
            current.pauses_on = next_bill
        current.price, current.next_bill_date = price, next_bill
        history.write(current, "Changed the billing of purchase {purchase}.\n{changes}", changes=changes, by=by)


def _move_cancellation(purchase: Purchase, day: date) -> None:
    if day == purchase.cancels_on:
        return
    try:
        refuse_cancellation_day(purchase, day)
    except PurchaseError as error:
        raise PurchaseError(
            f"The cancellation on the next bill date would move to {shown_date(day)}. {error}"
        ) from None
    purchase.cancels_on = day


def _changes(purchase: Purchase, price: Decimal, next_bill: date | None) -> Iterator[Value]:
    if price != purchase.price:
        before, after = (sentences.money(amount, purchase.currency) for amount in (purchase.price, price))
        yield sentences.change("price", "Price", before, after)
    if next_bill and next_bill != purchase.next_bill_date:
        yield sentences.change("next_bill_date", "Next bill", purchase.next_bill_date or "", next_bill)
