"""Giving and taking what a user may do.

Nobody changes what they themselves may do. Who manages users gives no more than they may do, and changes nobody who may
do more: neither their boxes nor whether they may sign in nor with which password. So nobody rises, not by way of a
second account either; and who saves keeps all that the other had, so nothing ends up out of everybody's reach.
"""

from collections.abc import Iterator, Set

from axes.utils import reset as end_lockout
from django.db import transaction
from django.utils.text import Truncator
from django.views.decorators.debug import sensitive_variables

from crm.accounts import audit
from crm.accounts.key_revocation import revoke_outgrown
from crm.accounts.models import User
from crm.accounts.permissions import MANAGE_USERS, direct, labels, permissions_by_app, rows
from customers.lib.phrases import isolated

FIELDS = ("username", "first_name", "last_name", "email", "is_active")
NONE: frozenset[str] = frozenset()


class GrantError(Exception):
    """Nothing was saved; says why, and which field it is about when it is about one."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@sensitive_variables("password")
@transaction.atomic
def save(user: User, *, by: User, password: str = "", given: Set[str] = NONE, taken: Set[str] = NONE) -> None:
    """Save `user` as changed in memory, with a new `password` unless it is empty; give and take permissions."""
    before = let_in(by, to=user)
    if is_taken(user.username, but=user):
        raise GrantError(f"A user “{isolated(user.username)}” already exists.", field="username")
    if user == by:
        user.is_active, given, taken = True, NONE, NONE
    refuse_beyond(given, by=by)
    held = direct(before) if before else set()
    given, taken = given - held, taken & held
    said = " ".join(_happened(before, user, password=password))
    _store(user, password)
    user.user_permissions.add(*rows(given))
    user.user_permissions.remove(*rows(taken))
    if said or given or taken:
        audit.write(user, said, by=by, given=given, taken=taken)
    if given:
        revoke_outgrown(user, by=by)


def let_in(by: User, *, to: User) -> User | None:
    """Lock, and return the user `to` as stored; GrantError when `by` may not change them (any more)."""
    # One at a time: two managers who take it from each other at one moment would leave nobody to manage users.
    rows({MANAGE_USERS}).select_for_update(of=("self",)).get()
    if not User.objects.get(pk=by.pk).has_perm(MANAGE_USERS):
        raise GrantError("You no longer have permission to manage users. Nothing was saved.")
    stored = User.objects.filter(pk=to.pk).first()
    if stored and (more := beyond(stored, by=by)):
        raise GrantError(
            f"{isolated(stored)} has permissions that you do not have: {', '.join(more)}. Nothing was saved."
            " An admin with all of these permissions can change this user."
        )
    return stored


def beyond(user: User, *, by: User) -> list[str]:
    """What `user` may do and `by` may not, as the boxes are labelled."""
    return labels(permissions_by_app(user) - permissions_by_app(by))


def refuse_beyond(given: Set[str], *, by: User) -> None:
    if more := labels(given - permissions_by_app(by)):
        raise GrantError(f"You cannot grant permissions that you do not have: {', '.join(more)}. Nothing was saved.")


def is_taken(username: str, *, but: User) -> bool:
    """Whether somebody else has this name, also in other capitals: people could not tell the two apart."""
    names = User.objects.exclude(pk=but.pk).values_list("username", flat=True)
    # In Python, since SQLite knows capitals of ASCII only. There are hundreds of users, not millions.
    return username.casefold() in {name.casefold() for name in names}


def _happened(before: User | None, after: User, *, password: str) -> Iterator[str]:
    if before is None:
        yield "Created as active." if after.is_active else "Created as inactive."
        return
    if before.username != after.username:
        yield f"User name changed from {isolated(Truncator(before.username).chars(80))}."
    if before.is_active != after.is_active:
        yield "Set to active." if after.is_active else "Set to inactive."
    if password:
        yield "New password set."


@sensitive_variables("password")
def _store(user: User, password: str) -> None:
    if password:
        user.set_password(password)
        end_lockout(username=user.username)
    elif user._state.adding:
        user.set_unusable_password()
    if user._state.adding:
        user.save()
    else:  # by name: what the user changed meanwhile, such as their own password, stays as it is now
        user.save(update_fields=[*FIELDS, *(["password"] if password else [])])
