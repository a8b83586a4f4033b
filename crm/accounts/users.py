"""The list of users, a page at a time: who may sign in first, then by user name."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from crm.accounts.models import User
from crm.accounts.permissions import EVERYTHING, Role, direct, role_of, rows

PAGE = 50
FEW = 10
"""So many are looked over at a glance, without a search."""


@dataclass(frozen=True)
class Page:
    rows: Sequence[tuple[User, Role]]
    last: int | None
    """The number of the last user, after whom the next page begins; None when there is none."""


def are_many() -> bool:
    return len(User.objects.order_by().values_list("pk")[: FEW + 1]) > FEW


def search(text: str, *, may: str = "", signs_in: bool | None = None) -> QuerySet[User]:
    """Whose names or email have every word of `text`, and who may do `may` by any way."""
    found = User.objects.all()
    for word in text.replace("\x00", "").split():
        parts = ("username", "first_name", "last_name", "email")
        found = found.filter(Q(*((f"{part}__icontains", word) for part in parts), _connector=Q.OR))
    if may in EVERYTHING:
        given = rows({may})
        found = found.filter(Q(is_superuser=True) | Q(pk__in=given.values("user")) | Q(groups__permissions__in=given))
    if signs_in is not None:
        found = found.filter(is_active=signs_in)
    return found.distinct()


def page(found: QuerySet[User], *, after: int | None) -> Page:
    if last := User.objects.filter(pk=after).first() if after else None:
        later = Q(is_active=last.is_active, username__gt=last.username)
        found = found.filter(later | Q(is_active=False) if last.is_active else later)
    users = list(
        found.order_by("-is_active", "username").prefetch_related("user_permissions__content_type")[: PAGE + 1]
    )
    shown = users[:PAGE]
    rows = [(user, role_of(direct(user))) for user in shown]
    return Page(rows, shown[-1].pk if len(users) > PAGE else None)
