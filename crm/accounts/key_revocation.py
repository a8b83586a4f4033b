"""Revoke API keys that would give their creators more permissions than they have.

The creator of a key for another user has seen its token. So the key is revoked when its user is granted a permission
that the creator lacks. A key made on the command line stays, because a user of the command line may do everything.
"""

from collections.abc import Iterator

from django.utils import timezone

from crm.accounts import changes
from crm.accounts.models import AccountChange, ApiKey, User
from crm.accounts.user_permissions import effective_permissions
from customers.lib.audit import AuditAction

KEY_CREATED = "API key {} created."


def revoke_outgrown_keys(user: User, *, by: User) -> None:
    for key in _outgrown(user):
        key.revoked = timezone.now()
        key.save(update_fields=["revoked"])
        changes.write(
            user,
            f"API key {key} revoked: its creator has fewer permissions than the user.",
            by=by,
            action=AuditAction.KEY,
        )


def _outgrown(user: User) -> Iterator[ApiKey]:
    permissions = effective_permissions(user)
    for key in user.api_keys.filter(revoked=None):
        creator = _creator(key)
        if creator and creator != user and permissions - effective_permissions(creator):
            yield key


def _creator(key: ApiKey) -> User | None:
    """The user in the audit log; None for a key made on the command line."""
    entry = AccountChange.objects.filter(user=key.user_id, text=KEY_CREATED.format(key)).select_related("by").first()
    return entry.by if entry else None
