"""Who works here, and the keys with which their programs come in."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.urls import reverse


class User(AbstractUser):
    """Somebody who may sign in. What they may do is a set of permissions, none at first."""

    class Meta:
        ordering = ["username"]
        permissions = [
            ("manage_user", "Can manage users"),
            ("use_api", "Can use the API"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def get_absolute_url(self) -> str:
        return reverse("accounts:edit", args=[self.pk])


class ApiKey(models.Model):
    """A token with which a program acts as a user. Only its digest is kept, so it is shown once and never again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)  # its first characters, to tell keys apart on a page
    digest = models.CharField(max_length=64, unique=True)  # SHA-256, in hex
    allowed_addresses = models.JSONField(default=list, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
