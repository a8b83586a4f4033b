"""Conditions that are asked of each customer to whom another index leads, and which no index of their own answers.

A planner without statistics would begin with their index, and read half of all customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import In, IsNull

from customers.models.places import BillingCountry


def asked_of_each(rows: QuerySet[Any]) -> Q:
    """That there is one of `rows`. For an `Exists`, PostgreSQL might read all of them once instead."""
    one = rows.order_by().annotate(one=Value(1)).values("one")[:1]
    return Q(IsNull(Subquery(one), rhs=False))


def unindexed(column: str | BillingCountry) -> Coalesce:
    return Coalesce(column, column)


def is_one_of(column: Coalesce | BillingCountry, values: Sequence[str | int]) -> Q:
    # Not `__in`: that reads the values as JSON where the column is a part of one.
    return Q(In(column, values))
