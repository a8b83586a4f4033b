"""Revoke API keys that somebody may know who should not: with a new password, when a user leaves, and when they would
give their creators more permissions than they have.

The creator of a key for another user has seen its token. So the key is revoked when its user is granted a permission
that the creator lacks. A key made on the command line stays, because a user of the command line may do everything.
"""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils import timezone

from crm.accounts import changes
from crm.accounts.models import ApiKey, User
from crm.accounts.scopes import within
from crm.accounts.user_permissions import effective_permissions
from customers.lib.audit import AuditAction


def usable(keys: "QuerySet[ApiKey]") -> "QuerySet[ApiKey]":
    return keys.filter(Q(ends=None) | Q(ends__gt=timezone.now()), revoked=None)


def keys_known_to(user: User) -> "QuerySet[ApiKey]":
    """Usable keys whose tokens the user has, or has seen because they created them for somebody else."""
    return usable(ApiKey.objects.filter(Q(user=user) | Q(created_by=user))).select_related("user").order_by("pk")


def revoke_keys_of(user: User, *, by: User, reason: str) -> None:
    for key in usable(user.api_keys.order_by("pk")):
        _revoke(key, reason, by=by)


def revoke_keys_known_to(user: User, *, by: User, reason: str) -> None:
    """Also of users whom `by` could not change: revoking a key gives nobody more."""
    for key in keys_known_to(user):
        _revoke(key, reason, by=by)


def revoke_outgrown_keys(user: User, *, by: User) -> None:
    for key in _outgrown(user):
        _revoke(key, "its creator has fewer permissions than the user", by=by)


def _revoke(key: ApiKey, reason: str, *, by: User) -> None:
    key.revoked = timezone.now()
    key.save(update_fields=["revoked"])
    changes.write(
        key.user, f"API key {key} revoked: {reason}.", by=by, action=AuditAction.KEY, tells_user=by != key.user
    )


def _outgrown(user: User) -> Iterator[ApiKey]:
    permissions = effective_permissions(user)
    for key in user.api_keys.filter(revoked=None).select_related("created_by"):
        creator = key.created_by
        if creator and creator != user and within(key.scope, {*permissions}) - effective_permissions(creator):
            yield key
