"""The permissions that a user has, by whichever way. Their names: `customers/permissions.py`."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import JSONField, Q, QuerySet, prefetch_related_objects
from django.db.models.expressions import RawSQL

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import User
from customers.statements.prepared import Prepared


def direct_permissions(user: User) -> set[str]:
    """Permissions granted to the user directly, not through a group or as a superuser."""
    prefetch_related_objects([user], "user_permissions__content_type")
    rows = user.user_permissions.all()
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in rows}


def effective_permissions(user: User) -> frozenset[str]:
    """All permissions the user has, or would have again once active."""
    return ALL_PERMISSIONS if user.is_superuser else ALL_PERMISSIONS.intersection(granted_permissions(user))


def granted_permissions(user: User) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(GRANTED_SQL.format(user="%s"), [user.pk, user.pk])
        return {name for (name,) in cursor.fetchall()}


def user_with_permissions(pk: int) -> User | None:
    for user in _users(pk):
        user.permission_cache = set(user.granted or [])
        return cast(User, user)
    return None


# Both kinds at once, as a part of the statement that looks up a user or an API key. In SQL, because every request
# runs it. With Django's ModelBackend and its queries, a call of the API takes three statements instead of one,
# and 7 ms of CPU more: GET /v1/ping 9.2 ms instead of 2.5, POST /v1/customers 19 instead of 12. A page takes two
# instead of one, 1 to 3 ms of its 60 to 90.
GRANTED_SQL = """
    SELECT type.app_label || '.' || permission.codename AS name
    FROM auth_permission AS permission JOIN django_content_type AS type ON type.id = permission.content_type_id
    WHERE permission.id IN (SELECT permission_id FROM accounts_user_user_permissions WHERE user_id = {user})
        OR permission.id IN (
            SELECT granted.permission_id FROM accounts_user_groups AS member
            JOIN auth_group_permissions AS granted ON granted.group_id = member.group_id WHERE member.user_id = {user}
        )
"""


AGGREGATES = {"postgresql": "jsonb_agg", "sqlite": "json_group_array"}


def granted_as_json(user: str) -> str:
    """A subquery for the user whose key is the column `user`."""
    aggregate = AGGREGATES[connection.vendor]
    return f"(SELECT {aggregate}(granted.name) FROM ({GRANTED_SQL.format(user=user)}) AS granted)"  # noqa: S608 - a column


_users: Prepared[Any] = Prepared(
    lambda pk: User.objects.filter(pk=pk).annotate(
        granted=RawSQL(granted_as_json("accounts_user.id"), [], JSONField())  # noqa: S611 - no values
    )
)


def permission_rows(permissions: Iterable[str]) -> QuerySet[Permission]:
    condition = Q(pk__in=[])
    for name in permissions:
        app, codename = name.split(".")
        condition |= Q(content_type__app_label=app, codename=codename)
    return Permission.objects.filter(condition)
