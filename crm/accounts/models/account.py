"""Users, their API keys, and the log of changes to users."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

LONGEST_LOGIN = 32
"""Characters of a user name that every API client can send."""


class User(AbstractUser):
    """A member of staff, or the account of an API client. A new user has no permissions."""

    class Theme(models.TextChoices):
        AUTO = "auto", "System"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    time_zone = models.CharField(
        max_length=60, default="UTC", help_text="IANA name of the time zone in which times are shown"
    )
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.AUTO)
    has_news = models.BooleanField(default=False, help_text="A job of theirs ended, and its notice was not dismissed")

    has_notices = models.BooleanField(default=False, help_text="Their account was changed, and they did not dismiss it")

    has_dismissed_steps = models.BooleanField(
        default=False, db_default=False, help_text="First steps are no longer shown on their Home"
    )

    permission_cache: set[str] | None = None  # no column: filled by SingleQueryBackend, or with the API key

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

    @classmethod
    def with_email(cls, email: str) -> "User | None":
        """The oldest active user with this email, regardless of case."""
        if not email.isprintable():
            return None  # the database could not even be asked
        users = cls.objects.filter(is_active=True).exclude(email="").annotate(spelled=Lower("email"))
        return users.filter(spelled=email.strip().lower()).order_by("pk").first()


class ApiKey(models.Model):
    """A token with which an API client acts as a user. Only its digest is stored, so it is shown once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)  # its first characters, to tell keys apart on a page
    digest = models.CharField(max_length=64, unique=True)  # SHA-256, in hex
    scope = models.JSONField(null=True, blank=True, help_text="Permissions, as app.codename; null is all of the user's")
    allowed_addresses = models.JSONField(default=list, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who has seen its token; null for the command line",
    )
    ends = models.DateTimeField(null=True, blank=True, help_text="From when on it is refused")
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def has_ended(self) -> bool:
        return self.ends is not None and self.ends <= timezone.now()

    @property
    def last_moment(self) -> datetime | None:
        """A key that ends at midnight is shown with the day before."""
        return self.ends - timedelta(seconds=1) if self.ends else None


class PageEnd(models.Model):
    """Where a page of a list ended that was read by number with a key. `listed` is a digest of what was asked for."""

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+", db_index=False)
    listed = models.CharField(max_length=64)
    page = models.PositiveIntegerField()
    end = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["key", "listed", "page"], name="pageend_once")]

    def __str__(self) -> str:
        return f"End of page {self.page}"


class AccountChange(models.Model):
    """Entry of the user audit log: permissions granted or revoked, or another change of an account. Append-only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="account_changes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.CharField(max_length=200, blank=True, help_text="What changed besides permissions, as a sentence")
    given = models.JSONField(default=list, blank=True, help_text="Permissions, as app.codename")
    taken = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-at", "-id"], name="accountchange_newest")]

    def __str__(self) -> str:
        return f"Change of user {self.user_id}"
