"""Three people of the Chinook staff who may sign in, one for each role."""

import secrets
from collections.abc import Iterator

from axes.utils import reset as end_lockout
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from crm.accounts.models import User
from crm.accounts.roles import ADMIN, SUPPORT_AGENT, VIEWER
from crm.accounts.user_permissions import permission_rows

STAFF = (
    ("admin", "Andrew", "Adams", ADMIN),
    ("agent", "Jane", "Peacock", SUPPORT_AGENT),
    ("viewer", "Steve", "Johnson", VIEWER),
)


@transaction.atomic
def make(password: str = "") -> dict[str, str]:
    """Make those who are not there; {user name: password} of those whose password was set.

    Each gets `password`, also who is there already. Without one, who is new gets a random one, and the others keep
    theirs.
    """
    made = {}
    for username, first_name, last_name, role in STAFF:
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
            made[username] = password or secrets.token_urlsafe(12)
            user.set_password(made[username])
            user.save(update_fields=["password"])
            end_lockout(username=username)
    return made


def check(password: str) -> None:
    """ValidationError when one of the three may not have this password."""
    for username, first_name, last_name, _ in STAFF:
        validate_password(password, User(username=username, first_name=first_name, last_name=last_name))


def lines(made: dict[str, str]) -> Iterator[str]:
    """The demo users, with the passwords just set."""
    for username, first_name, last_name, role in STAFF:
        password = f"password {made[username]}" if username in made else "password unchanged"
        yield f"  {username:<8}{first_name} {last_name} ({role.label}), {password}"
