"""The payments whose two answers contradict each other, oldest first: each keeps its order until a user decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from orders.models import UNDECIDED, Transaction

MOST_SHOWN = 5


@dataclass(frozen=True)
class UndecidedPayments:
    """Those that have waited longest; `has_more` if there are others."""

    payments: Sequence[Transaction]
    has_more: bool


def undecided_payments() -> UndecidedPayments:
    undecided = Transaction.objects.filter(contradiction__in=UNDECIDED).select_related("order__source_record__customer")
    payments = list(undecided.order_by("at", "pk")[: MOST_SHOWN + 1])
    return UndecidedPayments(payments[:MOST_SHOWN], has_more=len(payments) > MOST_SHOWN)
