"""What staff and programs do to customers, orders and purchases, with everything that a test does not care about."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from customers.erasing.erase import erase_customer
from customers.lib.errors import ActionError
from customers.merging.merge import merge_customers
from customers.merging.plan import MergePlan, plan_merge
from customers.merging.undo import UndoResult, undo_merge
from customers.models import Customer, Erasure, Merge, PaySource, Via
from customers.profile.decisions import Picked, Typed
from customers.profile.edit import edit_profile
from orders.models import Order, Purchase, Transaction
from orders.payments.refund import refund_order
from orders.payments.rerun import rerun_order
from orders.subscriptions.cancel import cancel_purchase, schedule_cancellation
from orders.subscriptions.pause import pause_purchase, reactivate_purchase
from tests.database import reloaded


def fresh(*customers: Customer) -> list[Customer]:
    """The customers as they are in the database now."""
    return [reloaded(customer) for customer in customers]


def refusal(act: Callable[..., object], *args, **options) -> str:
    """What the act answers when it refuses; it fails the test when it does not."""
    with pytest.raises(ActionError) as error:
        act(*args, **options)
    return str(error.value)


def rebuild() -> str:
    """What the command says that puts every cache right."""
    out = StringIO()
    call_command("rebuild", stdout=out)
    return out.getvalue().strip()


# Customers


def plan(survivor: Customer, *duplicates: Customer, credit=None, **choices) -> MergePlan:
    """A choice is a customer, whose value is picked, or a typed value."""
    chosen = {key: Picked(v.pk) if isinstance(v, Customer) else Typed(v) for key, v in choices.items()}
    return plan_merge(*fresh(survivor), fresh(*duplicates), chosen, credit)


def merge(survivor: Customer, *duplicates: Customer, by=None, credit=None, **choices) -> Merge:
    """Merge as an agent would, with the choices of `plan`."""
    return merge_as_planned(plan(survivor, *duplicates, credit=credit, **choices), by=by)


def merge_as_planned(agreed: MergePlan, *, by=None) -> Merge:
    return merge_customers(agreed, by=by, via=Via.PAGE)


def undo(merge: Merge, *only: Customer, by=None, **options) -> UndoResult:
    return undo_merge(merge, by=by, only=[customer.pk for customer in only], **options)


def edit(customer: Customer, by=None, **values) -> Customer:
    """Change the profile as it is now."""
    return edit_as_seen(reloaded(customer), by, **values)


def edit_as_seen(customer: Customer, by=None, **values) -> Customer:
    """Change the profile, unless it is no longer what `customer` says."""
    return edit_profile(customer, values, version=customer.version, by=by, via="page")


def erase(customer: Customer, by=None) -> Erasure:
    return erase_customer(customer, version=reloaded(customer).version, by=by)


# Orders


def refund(order: Order, amount="3.00", **options) -> Transaction:
    paid = order.transactions.filter(kind="SALE").first()
    given = {"sale": paid.pk if paid else 0, "reason": "Damaged in the post", "seen": order.stamp, "by": None}
    return refund_order(order, Decimal(amount), **given | options)


def rerun(order: Order, card: PaySource | None = None, **options) -> Transaction:
    """Charge the newest card of the order again, or `card`."""
    card = card or PaySource.objects.filter(source_record=order.source_record).latest("pk")
    return rerun_order(order, card.pk, **{"seen": order.stamp, "by": None, **options})


def settle_pending() -> str:
    out = StringIO()
    call_command("settle_pending", stdout=out)
    return out.getvalue()


def make_pending_an_hour_old() -> None:
    Transaction.objects.filter(status="PENDING").update(at=timezone.now() - timedelta(hours=1))


# Purchases


def cancel(purchase: Purchase, **options) -> Purchase:
    cancel_purchase(purchase, **{"reason": "Too expensive", "seen": purchase.stamp, "by": None, **options})
    return reloaded(purchase)


def cancel_on(purchase: Purchase, day: date) -> Purchase:
    schedule_cancellation(purchase, day, reason="Too expensive", seen=purchase.stamp, by=None)
    return reloaded(purchase)


def pause(purchase: Purchase, until: date | None = None) -> Purchase:
    pause_purchase(purchase, until, seen=purchase.stamp, by=None)
    return reloaded(purchase)


def reactivate(purchase: Purchase, day: date) -> Purchase:
    reactivate_purchase(purchase, day, seen=purchase.stamp, by=None)
    return reloaded(purchase)
