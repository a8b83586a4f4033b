"""Giving and taking what a user may do.

Only the permissions that were shown are given or taken: whatever else a user holds, and what their groups give, stays.
Nobody changes what they themselves may do, so the last user able to manage users cannot lock everybody out.
"""

from collections.abc import Set

from axes.utils import reset as end_lockout
from django.db import transaction

from crm.accounts import functionalities
from crm.accounts.functionalities import MANAGE_USERS
from crm.accounts.models import User


class GrantError(Exception):
    """Nothing was saved; says why."""


@transaction.atomic
def save(user: User, *, password: str, allowed: Set[str], shown: Set[str], by: User) -> None:
    """Save `user` as changed in memory, with a new `password` unless it is empty.

    Of the permissions `shown` they have exactly those `allowed` afterwards.
    """
    # One at a time: two managers who take it from each other at one moment would leave nobody to manage users.
    functionalities.rows({MANAGE_USERS}).select_for_update(of=("self",)).get()
    if not User.objects.get(pk=by.pk).has_perm(MANAGE_USERS):
        raise GrantError("You may no longer manage users. Nothing was saved.")
    if password:
        user.set_password(password)
        end_lockout(username=user.username)
    user.save()
    if user == by:
        return
    held = functionalities.direct(user)
    user.user_permissions.add(*functionalities.rows((allowed & shown) - held))
    user.user_permissions.remove(*functionalities.rows((held & shown) - allowed))
