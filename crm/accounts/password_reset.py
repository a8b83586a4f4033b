"""Change the user's own password, and make links with which another user sets a password.

A link works once, for a day, and as long as nothing about the account changes: it is void after a sign-in, when the
account may no longer sign in, and when it may do more or less than when the link was made. No email is sent; the
maker of the link passes it on. Where email is set up, users can have one sent themselves (`reset_by_email`).
"""

from axes.utils import reset as end_lockout
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.views.decorators.debug import sensitive_variables

from crm.accounts import changes, grant
from crm.accounts.grant import GrantError
from crm.accounts.key_revocation import revoke_keys_of
from crm.accounts.models import User
from crm.accounts.openid import is_only_way, provider_name
from crm.accounts.user_permissions import effective_permissions
from customers.lib.phrases import isolated


class ResetTokenGenerator(PasswordResetTokenGenerator):
    # The module's first name, kept so that links created before it was renamed still work.
    key_salt = "crm.accounts.resetting"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        # Otherwise the maker of a link for a new user could use it after another admin has granted that user more.
        permissions = sorted(effective_permissions(user))
        return f"{super()._make_hash_value(user, timestamp)}{user.is_active}{permissions}"


tokens = ResetTokenGenerator()


def throttle_name(uid: str) -> str:
    """The name under which wrong links are counted. It has a space, so it is no user name."""
    return f"reset link {uid[:40]}"


@transaction.atomic
def make_link(user: User, *, by: User) -> str:
    """The path of a new link, for `by` to pass on."""
    grant.lock_user(by, to=user)
    if user == by:
        raise GrantError("You can change your own password on your account page. No link was created.")
    if is_only_way():
        raise GrantError(f"Users sign in at {provider_name()} only. No link was created.")
    if not user.is_active:
        raise GrantError(f"{isolated(user)} is inactive. No link was created. Tick “Active”, save, then create a link.")
    changes.write(user, "Password link created.", by=by)
    return link_of(user)


def link_of(user: User) -> str:
    """The path of a new link. A user who follows it needs no other proof."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    end_lockout(username=throttle_name(uid))
    return reverse("password_reset_confirm", args=[uid, tokens.make_token(user)])


@sensitive_variables("token", "password")
@transaction.atomic
def follow_link(user: User, *, token: str, password: str, revokes_keys: bool = False) -> bool:
    """Set the password of `user`; False if the link is no longer valid."""
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not (locked.is_active and tokens.check_token(locked, token)):
        return False
    _set(locked, password, entry="New password set with a link.", revokes_keys=revokes_keys)
    return True


@sensitive_variables("password")
@transaction.atomic
def change_password(user: User, password: str, *, revokes_keys: bool = False) -> None:
    _set(user, password, entry="Own password changed.", revokes_keys=revokes_keys)


@sensitive_variables("password")
def _set(user: User, password: str, *, entry: str, revokes_keys: bool) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    end_lockout(username=user.username)
    changes.write(user, entry, by=user, tells_user=True)
    if revokes_keys:
        revoke_keys_of(user, by=user, reason="new password")
