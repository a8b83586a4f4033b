"""Saying that customers are not the same person, and taking that back; the history of each of them tells of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction

from customers import history, matching
from customers.locking import lock
from customers.models import Customer, HistoryKind
from customers.wording import listed

if TYPE_CHECKING:
    from crm.accounts.models import User


def dismiss(one: Customer, other: Customer, *, by: User | None, reason: str = "") -> bool:
    """Whether it could be said: not of somebody with themselves, nor of who is part of another customer."""
    return bool(dismiss_all([one.pk, other.pk], by=by, reason=reason))


def take_back(one: Customer, other: Customer, *, by: User | None) -> bool:
    """Whether there was something to take back."""
    return bool(take_all_back([one.pk, other.pk], by=by))


@transaction.atomic
def dismiss_all(customers: Collection[int], *, by: User | None, reason: str = "") -> list[Customer]:
    """Say that no two of the customers are the same person; nobody, when one of them is no other customer any more."""
    locked = lock(customers)
    if not 2 <= len(locked) == len(customers) or not all(customer.is_live for customer in locked.values()):
        return []
    matching.dismiss(*locked.values(), by=by, reason=reason)
    _write(locked.values(), "Not the same person as {}.", by)
    return list(locked.values())


@transaction.atomic
def take_all_back(customers: Collection[int], *, by: User | None) -> list[Customer]:
    """Take that back of each two of them; nobody, when it was said of no two."""
    locked = lock(customers)
    if not matching.take_back(*locked.values()):
        return []
    _write(locked.values(), "May be the same person as {} after all.", by)
    return list(locked.values())


def _write(customers: Collection[Customer], text: str, by: User | None) -> None:
    for one in customers:
        others = listed([other.numbered for other in customers if other != one])
        history.write(one, HistoryKind.DISMISSAL, text.format(others), by=by)
