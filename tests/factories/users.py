"""Users with permissions, and clients they are signed in to."""

from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import Permission

from crm.accounts.models import User
from crm.accounts.session_store import SessionStore
from crm.accounts.web.sign_in import WITH_FACTOR
from customers.web.second_question import note_answer
from tests.form_client import FormClient


@cache
def permissions() -> dict[str, int]:
    """{"app.codename": primary key}; they are never emptied."""
    rows = Permission.objects.values_list("content_type__app_label", "codename", "pk")
    return {f"{app}.{codename}": pk for app, codename, pk in rows}


def allow(user: User, *names: str) -> User:
    """Give `user` the permissions named "app.codename" and return them fresh; an unknown name fails the test."""
    user.user_permissions.add(*(permissions()[name] for name in names))
    return User.objects.get(pk=user.pk)  # what one may do is remembered on the object


def make_user(username: str, permissions: Iterable[str] = (), **fields: object) -> User:
    user = User.objects.create_user(username, **fields)
    grant(user, permissions)
    return user


def grant(new_user: User, names: Iterable[str]) -> None:
    grants = User.user_permissions.through
    grants.objects.bulk_create(grants(user=new_user, permission_id=permissions()[name]) for name in names)


def signed_in(user: User, *, answered: bool = True) -> FormClient:
    """A client with a session as after a passkey; a real sign-in, with what it asks, takes ten statements more."""
    session = SessionStore()
    session[auth.SESSION_KEY] = str(user.pk)
    session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[WITH_FACTOR] = True
    if answered:  # the second question
        note_answer(session)
    session.create()
    client = FormClient()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
