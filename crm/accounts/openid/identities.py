"""Whose user somebody at the provider is, and what their groups there grant.

A user is known by the subject of the provider, never by an email alone. Groups add permissions to those that an admin
granted here, and take away at the next sign-in what they added.
"""

import re

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone

from crm.accounts import changes, grant
from crm.accounts.key_revocation import revoke_outgrown_keys
from crm.accounts.models import LONGEST_LOGIN, ExternalIdentity, User
from crm.accounts.openid import OpenIDError, is_set_up
from crm.accounts.openid.claims import Claims
from crm.accounts.openid.group_roles import is_mapped, permissions_of
from crm.accounts.user_permissions import direct_permissions, effective_permissions, permission_rows

NOT_IN_NAMES = re.compile(r"[^\w.@+-]")
NO_USER = "You have no active account here for {provider}. Ask your admin."
ANOTHER_USERS = "Another user signs in with this account at {provider}. Nothing was connected."


@transaction.atomic
def sign_in(claims: Claims) -> User:
    """The user who may sign in, with what their groups grant now; OpenIDError if there is none."""
    grant.lock_changes()
    identity = identity_of(claims.subject) or _by_email(claims) or _new_user(claims)
    if identity is None or not identity.user.is_active:
        raise OpenIDError(NO_USER.format(provider=settings.OIDC_NAME))
    identity.last_used = timezone.now()
    _follow_groups(identity, claims.groups)
    identity.save(update_fields=["last_used", "granted"])
    return User.objects.get(pk=identity.user_id)  # permissions are remembered on the object


def identity_of(subject: str) -> ExternalIdentity | None:
    known = ExternalIdentity.objects.filter(issuer=settings.OIDC_ISSUER, subject=subject)
    return known.select_related("user").first()


def is_connected(user: User) -> bool:
    return is_set_up() and user.identities.filter(issuer=settings.OIDC_ISSUER).exists()


def granted_to(user: User) -> frozenset[str]:
    """What the user has by groups of the provider alone."""
    if not is_set_up():
        return frozenset()
    identity = user.identities.filter(issuer=settings.OIDC_ISSUER).first()
    return frozenset(identity.granted) if identity else frozenset()


@transaction.atomic
def connect(user: User, subject: str) -> None:
    """For a user who is signed in here and there. Groups count from the next sign-in at the provider on."""
    grant.lock_changes()
    identity = identity_of(subject)
    if identity and identity.user_id != user.pk:
        raise OpenIDError(ANOTHER_USERS.format(provider=settings.OIDC_NAME))
    if identity is None:
        disconnect(user)
        _add(user, subject, f"Connected to an account at {settings.OIDC_NAME}.")


@transaction.atomic
def disconnect(user: User) -> bool:
    """Together with what groups of the provider granted; False if there is nothing to disconnect."""
    grant.lock_changes()
    identity = user.identities.filter(issuer=settings.OIDC_ISSUER).first()
    if identity is None:
        return False
    revoked = direct_permissions(user).intersection(identity.granted)
    user.user_permissions.remove(*permission_rows(revoked))
    identity.delete()
    text = f"Disconnected from the account at {settings.OIDC_NAME}."
    changes.write(user, text, by=user, revoked=revoked, tells_user=True)
    return True


def _add(user: User, subject: str, text: str) -> ExternalIdentity:
    changes.write(user, text, by=user, tells_user=True)
    return ExternalIdentity.objects.create(user=user, issuer=settings.OIDC_ISSUER, subject=subject)


def _by_email(claims: Claims) -> ExternalIdentity | None:
    """With OIDC_LINK_BY_EMAIL: the one user with the verified email, but no superuser, whom no group could make."""
    if not (settings.OIDC_LINK_BY_EMAIL and claims.email):
        return None
    users = User.objects.filter(is_active=True).annotate(spelled=Lower("email")).filter(spelled=claims.email.lower())
    users = users.exclude(identities__issuer=settings.OIDC_ISSUER)[:2]
    if len(users) != 1 or users[0].is_superuser:
        return None
    return _add(users[0], claims.subject, f"Connected to an account at {settings.OIDC_NAME} by its verified email.")


def _new_user(claims: Claims) -> ExternalIdentity | None:
    """Only for who has a group that grants something here. The user has no password."""
    if not is_mapped(claims.groups):
        return None
    user = User(first_name=claims.first_name, last_name=claims.last_name, email=claims.email)
    user.username = _free_name(claims.user_name or claims.email or "user")
    user.set_unusable_password()
    user.save()
    changes.write(user, f"Created as active by the first sign-in at {settings.OIDC_NAME}.", by=user)
    return ExternalIdentity.objects.create(user=user, issuer=settings.OIDC_ISSUER, subject=claims.subject)


def _free_name(name: str) -> str:
    name = NOT_IN_NAMES.sub("", name)[:LONGEST_LOGIN] or "user"
    names, number = name, 2
    while grant.is_username_taken(names, but=User()):
        suffix = f"-{number}"
        names, number = f"{name[: LONGEST_LOGIN - len(suffix)]}{suffix}", number + 1
    return names


def _follow_groups(identity: ExternalIdentity, groups: frozenset[str]) -> None:
    user, wanted = identity.user, permissions_of(groups)
    current, before = direct_permissions(user), effective_permissions(user)
    granted, revoked = wanted - current, current.intersection(identity.granted) - wanted
    identity.granted = sorted(granted | current.intersection(identity.granted) - revoked)
    if not (granted or revoked):
        return
    user.user_permissions.add(*permission_rows(granted))
    user.user_permissions.remove(*permission_rows(revoked))
    # Whoever set the password, or made a key, may have fewer permissions than the user has now.
    ends_password = bool(granted - before) and user.has_usable_password()
    if ends_password:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    removed = " Password removed, because they grant more." if ends_password else ""
    text = f"By the groups at {settings.OIDC_NAME}.{removed}"
    changes.write(user, text, by=user, granted=granted, revoked=revoked, tells_user=True)
    if granted:
        revoke_outgrown_keys(user, by=user)
