"""The scope of an API key: which of its user's permissions it has.

A scope is a set of permissions, or None for all that the user has at the time. A key may do what its scope and its user
have in common, so it never does more than its user, and every check of a permission is a check of the scope.
"""

from collections.abc import Iterable

from crm.accounts.checkboxes import GROUPS, Checkbox, labels_of
from crm.permissions import USE_API
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS

READING = frozenset({VIEW_CUSTOMERS, VIEW_ORDERS})
SELECTABLE: dict[str, tuple[Checkbox, ...]] = {heading: GROUPS[heading] for heading in ("Customers", "Orders")}
"""What the API asks for; nothing of it asks for what is under “Administration”."""

Scope = frozenset[str] | None


def within(scope: Iterable[str] | None, permissions: set[str]) -> set[str]:
    """Those of `permissions` that a key with `scope` has."""
    return permissions if scope is None else permissions.intersection({*scope, USE_API})


def label_of(scope: Iterable[str] | None) -> str:
    if scope is None:
        return "All permissions of the user"
    return "Reading only" if frozenset(scope) == READING else ", ".join(labels_of(scope))
