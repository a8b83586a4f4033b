"""Users with permissions, and clients they are signed in to."""

from collections.abc import Iterable
from functools import cache

from django.contrib.auth.models import Permission
from django.test import Client

from crm.accounts.models import User


@cache
def permissions() -> dict[str, int]:
    """{"app.codename": primary key}; they are never emptied."""
    found = Permission.objects.values_list("content_type__app_label", "codename", "pk")
    return {f"{app}.{codename}": pk for app, codename, pk in found}


def allow(user: User, *names: str) -> User:
    """Give `user` the permissions named "app.codename" and return them fresh; an unknown name fails the test."""
    user.user_permissions.add(*(permissions()[name] for name in names))
    return User.objects.get(pk=user.pk)  # what one may do is remembered on the object


def make_user(username: str, permissions: Iterable[str] = (), **fields: object) -> User:
    return allow(User.objects.create_user(username, **fields), *permissions)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
