from collections.abc import Iterable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from crm.accounts.functionalities import ROLES
from crm.accounts.models import User


def allow(user: User, *names: str) -> User:
    """Give `user` the permissions named "app.codename" and return them fresh; an unknown name fails the test."""
    for name in names:
        app, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return User.objects.get(pk=user.pk)  # what one may do is remembered on the object


def make_user(username: str, permissions: Iterable[str] = (), **fields: object) -> User:
    return allow(User.objects.create_user(username, **fields), *permissions)


@pytest.fixture
def nobody(db) -> User:
    """Signs in and may do nothing."""
    return make_user("nobody", first_name="Nora", last_name="Body")


@pytest.fixture
def viewer(db) -> User:
    return make_user("viewer", ROLES["Viewer"], first_name="Steve", last_name="Johnson")


@pytest.fixture
def agent(db) -> User:
    return make_user("margaret", ROLES["Support agent"], first_name="Margaret", last_name="Park")


@pytest.fixture
def admin_user(db) -> User:
    return make_user("jane", ROLES["Admin"], first_name="Jane", last_name="Peacock")


@pytest.fixture
def as_agent(agent) -> Client:
    return signed_in(agent)


@pytest.fixture
def as_admin(admin_user) -> Client:
    return signed_in(admin_user)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
