"""The list of users, a page at a time: active users first, then by user name."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import User
from crm.accounts.roles import Role, role_of
from crm.accounts.user_permissions import direct_permissions, permission_rows

PER_PAGE = 50
FEW_USERS = 10  # with no more users than this, the page needs no search


@dataclass(frozen=True)
class UserPage:
    rows: Sequence[tuple[User, Role]]
    last: int | None
    """The primary key after which the next page begins; None on the last page."""


def are_many() -> bool:
    return len(User.objects.order_by().values_list("pk")[: FEW_USERS + 1]) > FEW_USERS


def search(text: str, *, may: str = "", is_active: bool | None = None) -> QuerySet[User]:
    """Users whose names or email contain every word of `text`, and who have the permission `may`."""
    users = User.objects.all()
    for word in text.replace("\x00", "").split():
        parts = ("username", "first_name", "last_name", "email")
        users = users.filter(Q(*((f"{part}__icontains", word) for part in parts), _connector=Q.OR))
    if may in ALL_PERMISSIONS:
        permission = permission_rows({may})
        granted = Q(pk__in=permission.values("user")) | Q(groups__permissions__in=permission)
        users = users.filter(Q(is_superuser=True) | granted)
    if is_active is not None:
        users = users.filter(is_active=is_active)
    return users.distinct()


def page_of(users: QuerySet[User], *, after: int | None) -> UserPage:
    if last := User.objects.filter(pk=after).first() if after else None:
        later = Q(is_active=last.is_active, username__gt=last.username)
        users = users.filter(later | Q(is_active=False) if last.is_active else later)
    ordered = users.order_by("-is_active", "username").prefetch_related("user_permissions__content_type")
    rows = list(ordered[: PER_PAGE + 1])
    shown = rows[:PER_PAGE]
    roles = [(user, role_of(direct_permissions(user))) for user in shown]
    return UserPage(roles, shown[-1].pk if len(rows) > PER_PAGE else None)
