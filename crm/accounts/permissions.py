"""What a user may be allowed, one checkbox each on Edit User.

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
            "customers.view_customer", "Can view customers", "Their pages, search, duplicates and past merges"
        ),
        Functionality("customers.add_customer", "Can add customers", "New customers and leads, typed by hand"),
        Functionality(
            "customers.change_customer",
            "Can change customers",
            "Details, status, notes and tags; also credit and shop logins",
        ),
        Functionality(
            "customers.merge_customer",
            "Can merge customers",
            "Shows Merge when another customer shares the e-mail or phone",
        ),
        Functionality(
            "customers.merge_unmatched_customer", "Can merge without a match", "Any two customers, found by search"
        ),
        Functionality("customers.undo_merge", "Can undo merges", "Anyone’s merge, at any time"),
        Functionality(
            "customers.split_sourcerecord", "Can split customers", "Gives one source record a customer of its own"
        ),
        Functionality("customers.delete_customer", "Can delete customers", "With all that is linked, for good"),
    ),
    "Orders": (
        Functionality("orders.view_order", "Can view orders", "Orders, payments, parcels, purchases, memberships"),
        Functionality("orders.add_order", "Can send orders", "Orders, invoices and plans that a program sends"),
        Functionality(
            "orders.change_order", "Can change orders", "Invoices, their lines and payments, plans; by a program only"
        ),
        Functionality("orders.refund_order", "Can refund", "All of what was paid for an order, or a part"),
        Functionality(
            "orders.cancel_purchase",
            "Can cancel or pause purchases",
            "Now or on a day to come; also takes that back and reactivates them",
        ),
        Functionality("orders.rerun_order", "Can rerun declined orders", "Charges again what was declined for now"),
        Functionality(
            "orders.settle_order",
            "Can settle payments by hand",
            "Says what became of a payment that the gateway has not answered for a day",
        ),
        Functionality(
            "orders.change_purchase",
            "Can change the billing of purchases",
            "What they cost from the next bill on, and when that is",
        ),
    ),
    "Administration": (
        Functionality(MANAGE_USERS, "Can manage users", "Creates and edits users, up to what they may do themselves"),
        Functionality(USE_API, "Can use the API", "With keys of their own"),
    ),
}


def listed() -> Iterator[Functionality]:
    return chain.from_iterable(GROUPS.values())


EVERYTHING = frozenset(each.permission for each in listed())
LABELS = {each.permission: each.label for each in listed()}


def labels(permissions: Iterable[str]) -> list[str]:
    """As the boxes are labelled, in their order; one that has no box any more by its name."""
    named = set(permissions)
    return [label for each, label in LABELS.items() if each in named] + sorted(named - EVERYTHING)


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
PROGRAM = Role("program", "Program", _PROGRAM)
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
