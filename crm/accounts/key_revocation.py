"""Revoking the keys with which their makers would rise.

Who makes a key for somebody else sees its token. So it is revoked when its user is given more than its maker may do.
A key that the command line made stays: whoever is there may do everything.
"""

from collections.abc import Iterator

from django.utils import timezone

from crm.accounts import audit
from crm.accounts.models import AccountChange, ApiKey, User
from crm.accounts.permissions import permissions_by_app

CREATED = "API key {} created."


def revoke_outgrown(user: User, *, by: User) -> None:
    """Of `user`, to whom `by` gave something just now."""
    for key in _outgrown(user):
        key.revoked = timezone.now()
        key.save(update_fields=["revoked"])
        audit.write(user, f"API key {key} revoked: its creator has fewer permissions than the user.", by=by)


def _outgrown(user: User) -> Iterator[ApiKey]:
    powers = permissions_by_app(user)
    for key in user.api_keys.filter(revoked=None):
        maker = _maker(key)
        if maker and maker != user and powers - permissions_by_app(maker):
            yield key


def _maker(key: ApiKey) -> User | None:
    """As it was written down; None when nobody was signed in."""
    written = AccountChange.objects.filter(user=key.user_id, text=CREATED.format(key)).select_related("by").first()
    return written.by if written else None
