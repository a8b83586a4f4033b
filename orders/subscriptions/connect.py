"""Connecting subscriptions of a customer that are one: it went from one billing system, or one id, to another.

What recurring revenue loses by the end of one and gains by the beginning of the next then counts as going on. Nothing
else about them changes, and whoever leaves with one when a merge is undone takes it along as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from customers.lib.phrases import join_words
from customers.locks import lock_live
from customers.models import Customer
from customers.models.ids import bare_id
from orders import history
from orders.models import Purchase

if TYPE_CHECKING:
    from crm.accounts.models import User


class ConnectError(Exception):
    """Nothing was changed; the message says why."""


@transaction.atomic
def connect_subscriptions(customer: Customer, purchases: Iterable[Purchase], *, by: User | None) -> None:
    """Make `purchases`, and all that each is connected with already, one subscription."""
    chosen = _locked(customer, [purchase.pk for purchase in purchases])
    if len(chosen) < 2:
        raise ConnectError("A single subscription cannot be connected. Send two or more.")
    known = {each.connection for each in chosen if each.connection}
    if len(known) == 1 and all(each.connection for each in chosen):
        return
    joined = _theirs(customer).filter(Q(connection__in=known) | Q(pk__in=[each.pk for each in chosen]))
    _write(joined.select_related("product").order_by("pk"), bare_id(), by=by)


@transaction.atomic
def disconnect_subscriptions(customer: Customer, purchases: Iterable[Purchase], *, by: User | None) -> None:
    """Let each of `purchases` be a subscription of its own again; so is one that would be left alone."""
    parted = [each for each in _locked(customer, [purchase.pk for purchase in purchases]) if each.connection]
    left = _theirs(customer).filter(connection__in={each.connection for each in parted})
    left = left.exclude(pk__in=[each.pk for each in parted]).select_related("product").order_by("pk")
    alone = [each for each in left if sum(other.connection == each.connection for other in left) == 1]
    _write([*parted, *alone], "", by=by)


def _theirs(customer: Customer) -> QuerySet[Purchase]:
    return Purchase.objects.filter(source_record__customer=customer)


def _locked(customer: Customer, pks: Collection[int]) -> list[Purchase]:
    """The purchases, read again under the lock of their customer."""
    if lock_live(customer.pk).pk != customer.pk:
        raise ConnectError("This customer was merged into another a moment ago. Try again.")
    rows = _theirs(customer).select_for_update(no_key=True, of=("self",)).select_related("product")
    found = list(rows.filter(pk__in=pks).order_by("pk"))
    if len(found) < len(set(pks)):
        raise ConnectError("One of the subscriptions does not belong to this customer.")
    return found


def _write(purchases: Iterable[Purchase], connection: str, *, by: User | None) -> None:
    every: Sequence[Purchase] = list(purchases)
    now = timezone.now()
    for purchase in every:
        others = [f"{other.pk}, {other.product}" for other in every if other != purchase]
        what = f"connected with {join_words(others)}" if connection else "no longer connected with another"
        history.write(purchase, f"{what}.", by=by)
        purchase.connection, purchase.updated = connection, now
    Purchase.objects.bulk_update(every, ["connection", "updated"])
