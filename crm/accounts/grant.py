"""Save users: grant and revoke permissions, activate and deactivate (docs/decisions/0014).

A user never changes their own permissions, grants no permission that they lack, and changes nothing of a user who has
more permissions, not even the password. So no user can gain permissions, not by a second account either.
"""

from collections.abc import Iterator, Set

from axes.utils import reset as end_lockout
from django.db import transaction
from django.utils.text import Truncator
from django.views.decorators.debug import sensitive_variables

from crm.accounts import changes
from crm.accounts.checkboxes import labels_of
from crm.accounts.key_revocation import revoke_keys_known_to, revoke_outgrown_keys
from crm.accounts.models import User
from crm.accounts.user_permissions import direct_permissions, effective_permissions, permission_rows
from crm.permissions import MANAGE_USERS
from customers.lib.errors import ActionError
from customers.lib.phrases import isolated

ACCOUNT_FIELDS = ("username", "first_name", "last_name", "email", "is_active")
NO_PERMISSIONS: frozenset[str] = frozenset()


class GrantError(ActionError):
    """`field` is that of the form."""


@sensitive_variables("password")
@transaction.atomic
def save_user(
    user: User,
    *,
    by: User,
    password: str = "",
    granted: Set[str] = NO_PERMISSIONS,
    revoked: Set[str] = NO_PERMISSIONS,
    revokes_keys: bool = False,
) -> None:
    """Save `user` as changed in memory; set `password` unless empty; grant `granted`, revoke `revoked`.

    `revokes_keys` revokes all API keys whose tokens the user knows.
    """
    before = lock_user(by, to=user)
    if is_username_taken(user.username, but=user):
        raise GrantError(f"A user “{isolated(user.username)}” already exists.", field="username")
    if user == by:
        user.is_active, granted, revoked = True, NO_PERMISSIONS, NO_PERMISSIONS
    refuse_beyond(granted, by=by)
    current = direct_permissions(before) if before else set()
    granted, revoked = granted - current, revoked & current
    sentences = " ".join(_describe_changes(before, user, password=password))
    _store(user, password)
    user.user_permissions.add(*permission_rows(granted))
    user.user_permissions.remove(*permission_rows(revoked))
    _forget_groups(user, revoked)
    if sentences or granted or revoked:
        is_told = before is not None and bool(password or granted or revoked)
        changes.write(user, sentences, by=by, granted=granted, revoked=revoked, tells_user=is_told)
    if revokes_keys and user != by:
        revoke_keys_known_to(user, by=by, reason="its token may be known to others")
    if granted:
        revoke_outgrown_keys(user, by=by)


def lock_user(by: User, *, to: User) -> User | None:
    """The stored user `to` under the lock of all changes, None if new; GrantError if `by` may not change them."""
    lock_changes()
    if not User.objects.get(pk=by.pk).has_perm(MANAGE_USERS):
        raise GrantError("You no longer have permission to manage users. Nothing was saved.")
    stored = User.objects.filter(pk=to.pk).first()
    if stored and (missing := permissions_beyond(stored, by=by)):
        raise GrantError(
            f"{isolated(stored)} has permissions that you do not have: {', '.join(missing)}. Nothing was saved."
            " An admin with all of these permissions can change this user."
        )
    return stored


def lock_changes() -> None:
    """One change at a time: two managers who revoke each other's permission at one moment would leave no manager."""
    permission_rows({MANAGE_USERS}).select_for_update(of=("self",)).get()


def permissions_beyond(user: User, *, by: User) -> list[str]:
    return labels_of(effective_permissions(user) - effective_permissions(by))


def refuse_beyond(granted: Set[str], *, by: User) -> None:
    if missing := labels_of(granted - effective_permissions(by)):
        raise GrantError(f"You cannot grant permissions that you do not have: {', '.join(missing)}. Nothing was saved.")


def is_username_taken(username: str, *, but: User) -> bool:
    names = User.objects.exclude(pk=but.pk).values_list("username", flat=True)
    # Regardless of case, because people could not tell two such users apart. In Python, because SQLite knows the
    # capitals of ASCII only. There are hundreds of users, not millions.
    return username.casefold() in {name.casefold() for name in names}


def _describe_changes(before: User | None, after: User, *, password: str) -> Iterator[str]:
    if before is None:
        yield "Created as active." if after.is_active else "Created as inactive."
        return
    if before.username != after.username:
        yield f"User name changed from {isolated(Truncator(before.username).chars(80))}."
    if before.is_active != after.is_active:
        yield "Set to active." if after.is_active else "Set to inactive."
    if password:
        yield "New password set."


def _forget_groups(user: User, revoked: Set[str]) -> None:
    """Permissions that an admin revokes are no longer those of a group, also when an admin grants them again."""
    for identity in user.identities.all() if revoked else ():
        identity.granted = sorted({*identity.granted} - revoked)
        identity.save(update_fields=["granted"])


@sensitive_variables("password")
def _store(user: User, password: str) -> None:
    if password:
        user.set_password(password)
        end_lockout(username=user.username)
    elif user._state.adding:
        user.set_unusable_password()
    if user._state.adding:
        user.save()
    else:  # only these, so that the user's own changes meanwhile, such as a new password, are kept
        user.save(update_fields=[*ACCOUNT_FIELDS, *(["password"] if password else [])])
