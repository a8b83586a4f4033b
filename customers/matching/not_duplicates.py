"""Saying that customers are not the same person, and taking that back; the history of each of them tells of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction

from customers.lib.phrases import join_words
from customers.locks import lock
from customers.matching.duplicates import mark_not_duplicate, unmark_not_duplicate
from customers.models import Customer, HistoryKind
from customers.records import history

if TYPE_CHECKING:
    from crm.accounts.models import User


def dismiss(one: Customer, other: Customer, *, by: User | None, reason: str = "") -> bool:
    """Whether it could be said: not of somebody with themselves, nor of who is part of another customer."""
    return bool(dismiss_all([one.pk, other.pk], by=by, reason=reason))


def undismiss(one: Customer, other: Customer, *, by: User | None) -> bool:
    """Whether there was something to take back."""
    return bool(undismiss_all([one.pk, other.pk], by=by))


@transaction.atomic
def dismiss_all(customers: Collection[int], *, by: User | None, reason: str = "") -> list[Customer]:
    """Say that no two of the customers are the same person; nobody, when one of them is no other customer any more."""
    locked = lock(customers)
    if not 2 <= len(locked) == len(customers) or not all(customer.is_live for customer in locked.values()):
        return []
    mark_not_duplicate(*locked.values(), by=by, reason=reason)
    _write(locked.values(), "Not the same person as {}.", by)
    return list(locked.values())


@transaction.atomic
def undismiss_all(customers: Collection[int], *, by: User | None) -> list[Customer]:
    """Take that back of each two of them; nobody, when it was said of no two."""
    locked = lock(customers)
    if not unmark_not_duplicate(*locked.values()):
        return []
    _write(locked.values(), "May be the same person as {} after all.", by)
    return list(locked.values())


def _write(customers: Collection[Customer], text: str, by: User | None) -> None:
    for one in customers:
        others = join_words([other.numbered for other in customers if other != one])
        history.write(one, HistoryKind.DISMISSAL, text.format(others), by=by)
