"""The users of the demo: one for each role, and more staff to see on Users, who have no password."""

import secrets
from collections.abc import Iterator
from datetime import timedelta

from axes.utils import reset as end_lockout
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

from crm.accounts import api_keys
from crm.accounts.grant import is_username_taken, save_user
from crm.accounts.models import User
from crm.accounts.roles import ADMIN, SUPPORT_AGENT, VIEWER
from crm.accounts.scopes import READING
from crm.accounts.user_permissions import effective_permissions, permission_rows
from crm.permissions import MANAGE_USERS, USE_API
from customers.permissions import SPLIT, UNMATCHED
from orders.permissions import REFUND

USERS = (
    ("admin", "Andrew", "Adams", ADMIN),
    ("agent", "Jane", "Peacock", SUPPORT_AGENT),
    ("viewer", "Steve", "Johnson", VIEWER),
)
MORE_STAFF = (
    ("nancy", "Nancy", "Edwards", SUPPORT_AGENT.ticks | {UNMATCHED}),
    ("margaret", "Margaret", "Park", SUPPORT_AGENT.ticks),
    ("michael", "Michael", "Mitchell", VIEWER.ticks | {USE_API}),
)


@transaction.atomic
def create_users(password: str = "") -> dict[str, str]:
    """Create the missing users; return {user name: password} for the passwords that were set.

    All users get `password`. Without one, new users get a random one and existing users keep theirs.
    """
    passwords = {}
    for username, first_name, last_name, role in USERS:
        user, is_new = User.objects.get_or_create(
            username=username,
            defaults={
                "first_name": first_name,
                "last_name": last_name,
                "email": f"{first_name}@chinookcorp.com".lower(),
            },
        )
        if is_new:
            user.user_permissions.set(permission_rows(role.ticks))
        if is_new or password:
            passwords[username] = password or secrets.token_urlsafe(12)
            user.set_password(passwords[username])
            user.save(update_fields=["password"])
            end_lockout(username=username)
    return passwords


def validate_demo_password(password: str) -> None:
    for username, first_name, last_name, _ in USERS:
        validate_password(password, User(username=username, first_name=first_name, last_name=last_name))


def describe_users(passwords: dict[str, str]) -> Iterator[str]:
    for username, first_name, last_name, role in USERS:
        password = f"password {passwords[username]}" if username in passwords else "password unchanged"
        yield f"  {username:<8}{first_name} {last_name} ({role.label}), {password}"


def create_more_staff(*, by: User) -> None:
    """With entries in the audit log and API keys. Existing users are not changed."""
    if not by.has_perm(MANAGE_USERS):
        return
    created = {name: _create(name, first, last, ticks, by=by) for name, first, last, ticks in MORE_STAFF}
    if nancy := created["nancy"]:
        save_user(nancy, granted={SPLIT}, revoked={REFUND}, by=by)
    if margaret := created["margaret"]:
        margaret.is_active = False
        save_user(margaret, by=by)
    if michael := created["michael"]:
        year = timezone.now() + timedelta(days=365)
        networks = ["203.0.113.0/24"]
        api_keys.create(michael, name="Warehouse", addresses=networks, scope=READING, ends=year, by=by)
        old, _ = api_keys.create(michael, name="Old shop", addresses=[], by=by)
        api_keys.revoke(old, by=by)


def _create(username: str, first_name: str, last_name: str, ticks: frozenset[str], *, by: User) -> User | None:
    email = f"{first_name}@chinookcorp.com".lower()
    user = User(username=username, first_name=first_name, last_name=last_name, email=email)
    if is_username_taken(username, but=user):
        return None
    save_user(user, granted=ticks & effective_permissions(by), by=by)
    return user
