"""Roles: sets of permissions to tick at once on Edit User.

A role is not stored. A user with exactly the permissions of a role has that role; any other set is "Custom".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.permissions import USE_API
from customers.permissions import (
    ADD_CUSTOMERS,
    CHANGE_CUSTOMERS,
    MERGE,
    SPLIT,
    UNDO,
    UNMATCHED,
    VIEW_CUSTOMERS,
    VIEW_ORDERS,
)
from orders.permissions import ADD_ORDERS, CANCEL, CHANGE_BILLING, CHANGE_FULFILLMENTS, CHANGE_ORDERS, REFUND, RERUN


@dataclass(frozen=True)
class Role:
    name: str
    label: str
    ticks: frozenset[str]


_VIEWER = frozenset({VIEW_CUSTOMERS, VIEW_ORDERS})
_SUPPORT_AGENT = _VIEWER | {
    ADD_CUSTOMERS,
    CHANGE_CUSTOMERS,
    MERGE,
    UNDO,
    ADD_ORDERS,
    REFUND,
    RERUN,
    CANCEL,
    CHANGE_FULFILLMENTS,
}

_PROGRAM = _SUPPORT_AGENT | {
    UNMATCHED,
    SPLIT,
    CHANGE_ORDERS,
    CHANGE_BILLING,
    USE_API,
}

VIEWER = Role("viewer", "Viewer", _VIEWER)
SUPPORT_AGENT = Role("agent", "Support agent", _SUPPORT_AGENT)
PROGRAM = Role("program", "API client", _PROGRAM)
ADMIN = Role("admin", "Admin", ALL_PERMISSIONS)
CUSTOM = Role("custom", "Custom", frozenset())
ROLES = (VIEWER, SUPPORT_AGENT, PROGRAM, ADMIN)


def role_of(permissions: Iterable[str]) -> Role:
    ticked = ALL_PERMISSIONS.intersection(permissions)
    return next((role for role in ROLES if role.ticks == ticked), CUSTOM)
