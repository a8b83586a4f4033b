"""Comparisons and differences in words, as the command prints them and the page shows them."""

from decimal import Decimal

from django.utils.translation import ngettext

from customers.lib.money import format_money
from orders.models import PaymentDifference, Reconciliation, TransactionStatus

NOTHING = "nothing"


def describe_day(reconciliation: Reconciliation) -> str:
    number = reconciliation.compared
    compared = ngettext("%(count)d payment compared", "%(count)d payments compared", number) % {"count": number}
    text = f"{reconciliation.day}: {compared} with {reconciliation.gateway}."
    if left := reconciliation.not_comparable:
        text += f" Not comparable, because the gateway says nothing about them: {left}."
    return text if reconciliation.is_listed else f"{text} Payments that only the gateway has are not known."


def describe(difference: PaymentDifference) -> str:
    of = f"order {difference.order_number}" if difference.order_number else f"reference {difference.reference}"
    return f"{difference.get_kind_display()}: {of}. Here: {side_here(difference)}. Gateway: {side_there(difference)}."


def side_here(difference: PaymentDifference) -> str:
    return _side(difference.status_here, difference.amount_here, difference.currency_here)


def side_there(difference: PaymentDifference) -> str:
    return _side(difference.status_there, difference.amount_there, difference.currency_there)


def _side(status: str, amount: Decimal | None, currency: str) -> str:
    if not status:
        return NOTHING
    label = TransactionStatus(status).label.lower()
    return label if amount is None else f"{label}, {format_money(amount, currency)}"
