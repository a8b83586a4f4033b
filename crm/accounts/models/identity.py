from django.conf import settings
from django.db import models
from django.utils import timezone


class ExternalIdentity(models.Model):
    """A user as a provider of OpenID Connect knows them. `subject` is the provider's own key, which never changes.

    `granted` are the permissions that the user has by the provider's groups alone, so that a group that is lost takes
    away those and nothing that an admin granted here.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    granted = models.JSONField(default=list, blank=True, help_text="Permissions, as app.codename")
    added = models.DateTimeField(default=timezone.now)
    last_used = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="externalidentity_once"),
            models.UniqueConstraint(fields=["user", "issuer"], name="externalidentity_one_of_user"),
        ]

    def __str__(self) -> str:
        return f"User {self.user_id} at {self.issuer}"
