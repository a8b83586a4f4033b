"""The permissions a user can have, with one checkbox per permission on Edit User.

Each functionality is a permission given to the user directly. A role is only a set of them to tick at once: it is not
stored, so a user whose boxes are a role's has that role, and a user with any other set is "Custom".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Q, QuerySet, prefetch_related_objects

from crm.accounts.models import User


@dataclass(frozen=True)
class Functionality:
    permission: str
    label: str
    sentence: str = ""

    @property
    def slug(self) -> str:
        """Its name in a form: `customers-merge_customer`."""
        return self.permission.replace(".", "-")


MANAGE_USERS = "accounts.manage_user"
USE_API = "accounts.use_api"

GROUPS: dict[str, tuple[Functionality, ...]] = {
    "Customers": (
        Functionality(
            "customers.view_customer", "Can view customers", "Customer pages, search, duplicates and merge history"
        ),
        Functionality("customers.add_customer", "Can add customers", "New customers and leads, entered manually"),
        Functionality(
            "customers.change_customer",
            "Can change customers",
            "Details, status, notes, tags, credit and shop logins",
        ),
        Functionality(
            "customers.merge_customer",
            "Can merge customers",
            "Shows Merge when another customer has the same email or phone",
        ),
        Functionality(
            "customers.merge_unmatched_customer", "Can merge without a match", "Merge any customers found by search"
        ),
        Functionality("customers.undo_merge", "Can undo merges", "Any user’s merges, at any time"),
        Functionality("customers.split_sourcerecord", "Can split customers", "Move a source record to a new customer"),
        Functionality("customers.delete_customer", "Can delete customers", "Permanently, with all linked records"),
    ),
    "Orders": (
        Functionality("orders.view_order", "Can view orders", "Orders, payments, fulfillments, purchases, memberships"),
        Functionality("orders.add_order", "Can create orders", "Through the API: orders, invoices and plans"),
        Functionality(
            "orders.change_order", "Can change orders", "Through the API: invoices, line items, payments and plans"
        ),
        Functionality("orders.refund_order", "Can refund", "All or part of the payment for an order"),
        Functionality(
            "orders.cancel_purchase",
            "Can cancel or pause purchases",
            "Now or on a future date. Also keep and reactivate them",
        ),
        Functionality("orders.rerun_order", "Can rerun declined orders", "Charge a declined order again"),
        Functionality(
            "orders.settle_order",
            "Can resolve pending payments",
            "Record the outcome of a payment the gateway has not answered for a day",
        ),
        Functionality(
            "orders.change_purchase",
            "Can change the billing of purchases",
            "Price and next bill date",
        ),
    ),
    "Administration": (
        Functionality(MANAGE_USERS, "Can manage users", "Create and edit users, with at most your own permissions"),
        Functionality(USE_API, "Can use the API", "With your own API keys"),
    ),
}


def listed() -> Iterator[Functionality]:
    return chain.from_iterable(GROUPS.values())


EVERYTHING = frozenset(each.permission for each in listed())
LABELS = {each.permission: each.label for each in listed()}


def labels(permissions: Iterable[str]) -> list[str]:
    """Their labels on Edit User, in the order of that page; a permission that is no longer there by its name."""
    named = set(permissions)
    return [label for each, label in LABELS.items() if each in named] + sorted(named - EVERYTHING)


def explain_missing(permission: str) -> str:
    """A sentence for somebody without `permission`: that they lack it, and how they get it."""
    label = LABELS[permission]
    act = label.removeprefix("Can ")
    return f"You do not have permission to {act}. An admin can grant “{label}” on Edit User."


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
    "orders.refund_order",
    "orders.cancel_purchase",
}

_PROGRAM = _SUPPORT_AGENT | {
    "customers.merge_unmatched_customer",
    "customers.split_sourcerecord",
    "orders.add_order",
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


def direct(user: User) -> set[str]:
    """What is given to `user` as such, neither by a group nor for being a superuser."""
    prefetch_related_objects([user], "user_permissions__content_type")
    return {f"{each.content_type.app_label}.{each.codename}" for each in user.user_permissions.all()}


# Written out, because every request asks it, and to build it anew takes several times as long as to answer it.
HELD = """
    SELECT type.app_label || '.' || permission.codename AS name
    FROM auth_permission AS permission JOIN django_content_type AS type ON type.id = permission.content_type_id
    WHERE permission.id IN (SELECT permission_id FROM accounts_user_user_permissions WHERE user_id = {user})
        OR permission.id IN (
            SELECT given.permission_id FROM accounts_user_groups AS member
            JOIN auth_group_permissions AS given ON given.group_id = member.group_id WHERE member.user_id = {user}
        )
"""


def permissions_by_app(user: User) -> frozenset[str]:
    """What `user` may do by any way, or could again once they may sign in."""
    return EVERYTHING if user.is_superuser else EVERYTHING.intersection(held_permissions(user))


def held_permissions(user: User) -> set[str]:
    """What is given to `user`, as such or by a group."""
    with connection.cursor() as cursor:
        cursor.execute(HELD.format(user="%s"), [user.pk, user.pk])
        return {name for (name,) in cursor.fetchall()}


def rows(permissions: Iterable[str]) -> QuerySet[Permission]:
    wanted = Q(pk__in=[])
    for name in permissions:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return Permission.objects.filter(wanted)
