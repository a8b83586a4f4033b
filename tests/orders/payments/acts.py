"""Charging a declined order again and refunding a paid one, through a gateway that remembers what it was asked."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from customers.models import PaySource
from orders import history
from orders.locks import OrderError
from orders.models import Order, Transaction
from orders.payments.refund import refund_order
from orders.payments.rerun import rerun_order
from orders.payments.sandbox import SandboxGateway


def refund(of: Order, amount="3.00", **options) -> Transaction:
    paid = of.transactions.filter(kind="SALE").first()
    options = {"sale": paid.pk if paid else 0, "reason": "Damaged in the post", "seen": of.stamp, "by": None, **options}
    return refund_order(of, Decimal(amount), **options)


def rerun(of: Order, chosen: PaySource | None = None, **options) -> Transaction:
    chosen = chosen or PaySource.objects.filter(source_record=of.source_record).latest("pk")
    return rerun_order(of, chosen.pk, **{"seen": of.stamp, "by": None, **options})


def settle() -> str:
    out = StringIO()
    call_command("settle_pending", stdout=out)
    return out.getvalue()


def an_hour_ago() -> None:
    Transaction.objects.filter(status="PENDING").update(at=timezone.now() - timedelta(hours=1))


def story(of: Order) -> list[str]:
    return [entry.text for entry in history.of(of)]


def refused(act, *args, **options) -> str:
    with pytest.raises(OrderError) as error:
        act(*args, **options)
    return str(error.value)


class Box(SandboxGateway):
    """Remembers what it is asked; `then` happens after it did it and before anybody hears of it."""

    asked: list[object] = []
    was_inside = False
    then: Callable[[], object] = list

    def sale(self, request):
        return self._did(request, super().sale(request))

    def refund(self, request):
        return self._did(request, super().refund(request))

    def _did(self, request, answer):
        Box.asked.append(request)
        Box.was_inside = connection.in_atomic_block
        Box.then()
        return answer
