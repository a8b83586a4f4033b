"""Saying that two customers are not the same person, and taking that back; both customers' history tells of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from customers import history, matching
from customers.locking import lock
from customers.models import Customer, HistoryKind

if TYPE_CHECKING:
    from crm.accounts.models import User


@transaction.atomic
def dismiss(one: Customer, other: Customer, *, by: User | None, reason: str = "") -> bool:
    """Whether it could be said: not of somebody with themselves, nor of who is part of another customer."""
    locked = lock([one.pk, other.pk])
    if len(locked) < 2 or not all(customer.is_live for customer in locked.values()):
        return False
    matching.dismiss(one, other, by=by, reason=reason)
    _write(locked.values(), "Not the same person as {}.", by)
    return True


@transaction.atomic
def take_back(one: Customer, other: Customer, *, by: User | None) -> bool:
    """Whether there was something to take back."""
    locked = lock([one.pk, other.pk])
    taken = len(locked) == 2 and bool(matching.take_back(one, other))
    if taken:
        _write(locked.values(), "May be the same person as {} after all.", by)
    return taken


def _write(pair: Iterable[Customer], text: str, by: User | None) -> None:
    one, other = pair
    history.write(one, HistoryKind.DISMISSAL, text.format(other.numbered), by=by)
    history.write(other, HistoryKind.DISMISSAL, text.format(one.numbered), by=by)
