from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from crm.accounts import changes, grant
from crm.accounts.models import AuthenticatorApp, Passkey, User
from crm.accounts.sessions import end_sessions
from customers.lib.errors import ActionError
from customers.lib.phrases import isolated


class FactorError(ActionError):
    pass


@dataclass(frozen=True)
class Factors:
    app: AuthenticatorApp | None
    passkeys: Sequence[Passkey]
    codes_left: int

    def __bool__(self) -> bool:
        """Recovery codes alone are none: they stand in for what is lost."""
        return bool(self.app or self.passkeys)


def factors_of(user: User) -> Factors:
    return Factors(
        app=AuthenticatorApp.objects.filter(user=user).first(),
        passkeys=list(user.passkeys.order_by("pk")),
        codes_left=user.recovery_codes.filter(used=None).count(),
    )


def has_factor(user: User) -> bool:
    has_some = Q(authenticator_app__isnull=False) | Q(passkeys__isnull=False)
    return User.objects.filter(has_some, pk=user.pk).exists()


@transaction.atomic
def reset_factors(user: User, *, by: User | None) -> None:
    """For a user who lost them all. `by` is None for the command line, which may do everything.

    Whoever has the password then signs in with that alone, so `by` must have all permissions of the user, as for a
    password link, and the sessions of the user end.
    """
    if by:
        grant.lock_user(by, to=user)
    if user == by:
        raise FactorError("You can change your own factors under Sign-in and security. Nothing was reset.")
    if not has_factor(user):
        raise FactorError(f"{isolated(user)} has no second factor. Nothing was reset.")
    AuthenticatorApp.objects.filter(user=user).delete()
    user.passkeys.all().delete()
    user.recovery_codes.all().delete()
    end_sessions(user)
    changes.write(user, "Second factor reset.", by=by, tells_user=True)


def forget_needless_codes(user: User) -> None:
    """After a factor was removed: codes do not sign in who has nothing to lose."""
    if not has_factor(user):
        user.recovery_codes.all().delete()
