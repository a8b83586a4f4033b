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
def dismiss(one: Customer, other: Customer, *, by: User | None, reason: str = "") -> None:
    locked = lock([one.pk, other.pk])
    matching.dismiss(one, other, by=by, reason=reason)
    _write(locked.values(), "Not the same person as {}.", by)


@transaction.atomic
def take_back(one: Customer, other: Customer, *, by: User | None) -> None:
    locked = lock([one.pk, other.pk])
    if matching.take_back(one, other):
        _write(locked.values(), "May be the same person as {} after all.", by)


def _write(pair: Iterable[Customer], text: str, by: User | None) -> None:
    one, other = pair
    history.write(one, HistoryKind.DISMISSAL, text.format(other.numbered), by=by)
    history.write(other, HistoryKind.DISMISSAL, text.format(one.numbered), by=by)
