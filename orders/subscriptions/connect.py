"""Connecting subscriptions of a customer that are one: it moved to another billing system, or got another id.

Recurring revenue then neither churns with the end of one nor starts anew with the next. Nothing else changes, and each
purchase keeps its connection when an undo gives it to another customer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from customers.lib.errors import ActionError
from customers.locks import lock_live
from customers.models import Customer
from customers.models.ids import bare_id
from orders import history
from orders.models import Purchase
from orders.revenue.counted import recount
from orders.totals.add import add_to_totals

if TYPE_CHECKING:
    from crm.accounts.models import User


class ConnectError(ActionError):
    pass


@transaction.atomic
def connect_subscriptions(customer: Customer, purchases: Iterable[Purchase], *, by: User | None) -> None:
    """Make `purchases`, and the purchases that are connected with them already, one subscription."""
    chosen = _locked(customer, [purchase.pk for purchase in purchases])
    if len(chosen) < 2:
        raise ConnectError("A single subscription cannot be connected. Send two or more.")
    connections = {purchase.connection for purchase in chosen if purchase.connection}
    if len(connections) == 1 and all(purchase.connection for purchase in chosen):
        return
    chosen_or_connected = Q(connection__in=connections) | Q(pk__in=[purchase.pk for purchase in chosen])
    members = _purchases_of(customer).filter(chosen_or_connected)
    _write(members.select_related("product").order_by("pk"), bare_id(), by=by)


@transaction.atomic
def disconnect_subscriptions(customer: Customer, purchases: Iterable[Purchase], *, by: User | None) -> None:
    """Make each of `purchases` a subscription of its own, and also a purchase left without partners."""
    chosen = _locked(customer, [purchase.pk for purchase in purchases])
    leaving = [purchase for purchase in chosen if purchase.connection]
    staying = _purchases_of(customer).filter(connection__in={purchase.connection for purchase in leaving})
    staying = staying.exclude(pk__in=[purchase.pk for purchase in leaving]).select_related("product").order_by("pk")
    members = Counter(purchase.connection for purchase in staying)
    alone = [purchase for purchase in staying if members[purchase.connection] == 1]
    _write([*leaving, *alone], "", by=by)


def _purchases_of(customer: Customer) -> QuerySet[Purchase]:
    return Purchase.objects.filter(source_record__customer=customer)


def _locked(customer: Customer, pks: Collection[int]) -> list[Purchase]:
    if lock_live(customer.pk).pk != customer.pk:
        raise ConnectError("This customer was merged into another a moment ago. Try again.")
    rows = _purchases_of(customer).select_for_update(no_key=True, of=("self",)).select_related("product")
    purchases = list(rows.filter(pk__in=pks).order_by("pk"))
    if len(purchases) < len(set(pks)):
        raise ConnectError("One of the subscriptions does not belong to this customer.")
    return purchases


def _write(purchases: Iterable[Purchase], connection: str, *, by: User | None) -> None:
    members = list(purchases)
    now = timezone.now()
    for purchase in members:
        if connection:
            others = [history.purchase(other) for other in members if other != purchase]
            history.write(purchase, "Connected purchase {purchase} with {others}.", others=others, by=by)
        else:
            history.write(purchase, "Disconnected purchase {purchase}.", by=by)
        purchase.connection, purchase.updated = connection, now
    Purchase.objects.bulk_update(members, ["connection", "updated"])
    add_to_totals(recount(members))
