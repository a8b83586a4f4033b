"""What a user signs in with besides a password."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.models.encrypted import EncryptedField

APP_SECRETS = "crm.accounts.authenticator"


class AuthenticatorApp(models.Model):
    """An app that shows six digits, made from a secret and the time. A user has one.

    The secret must be read again for each sign-in, so it is encrypted. `last_step` is the half minute of the last code
    that was accepted: no code is accepted twice.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="authenticator_app")
    secret = EncryptedField(purpose=APP_SECRETS)
    last_step = models.BigIntegerField(default=0)
    added = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Authenticator app of user {self.user_id}"


class Passkey(models.Model):
    """A key pair of which the private half never leaves the user's device. Here is the public one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=100)
    credential = models.CharField(max_length=1400, unique=True, help_text="What the device calls it, in base64url")
    public_key = models.TextField(help_text="COSE, in base64url")
    uses = models.BigIntegerField(default=0, help_text="As the device counts them; many always say 0")
    added = models.DateTimeField(default=timezone.now)
    last_used = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """Signs its user in once without a device. It has 80 random bits, so a plain digest keeps it safe."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes", db_index=False)
    digest = models.CharField(max_length=64)  # SHA-256, in hex
    used = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recoverycode_once")]

    def __str__(self) -> str:
        return f"Recovery code of user {self.user_id}"
