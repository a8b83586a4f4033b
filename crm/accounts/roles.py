"""Roles: sets of permissions to tick at once on Edit User.

A role is not stored. A user with exactly the permissions of a role has that role; any other set is "Custom".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from crm.accounts.permissions import EVERYTHING, USE_API


@dataclass(frozen=True)
class Role:
    name: str
    label: str
    ticks: frozenset[str]


_VIEWER = frozenset({"customers.view_customer", "orders.view_order"})
_SUPPORT_AGENT = _VIEWER | {
    "customers.add_customer",
    "customers.change_customer",
    "customers.merge_customer",
    "customers.undo_merge",
    "orders.add_order",
    "orders.refund_order",
    "orders.rerun_order",
    "orders.cancel_purchase",
    "orders.change_fulfillment",
}

_PROGRAM = _SUPPORT_AGENT | {
    "customers.merge_unmatched_customer",
    "customers.split_sourcerecord",
    "orders.change_order",
    "orders.change_purchase",
    USE_API,
}

VIEWER = Role("viewer", "Viewer", _VIEWER)
SUPPORT_AGENT = Role("agent", "Support agent", _SUPPORT_AGENT)
PROGRAM = Role("program", "API client", _PROGRAM)
ADMIN = Role("admin", "Admin", EVERYTHING)
CUSTOM = Role("custom", "Custom", frozenset())
ROLES = (VIEWER, SUPPORT_AGENT, PROGRAM, ADMIN)


def role_of(permissions: Iterable[str]) -> Role:
    ticked = EVERYTHING.intersection(permissions)
    return next((role for role in ROLES if role.ticks == ticked), CUSTOM)
