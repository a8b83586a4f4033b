from django.conf import settings
from django.db import models

from customers.lib.audit import AuditAction
from customers.models.functions import Now

LONGEST_TEXT = 500


class AuditEntry(models.Model):
    """Who did what, from where, and when; or was refused it.

    It holds nothing secret and nothing of a person: no password, token, search or address of a page, and of a customer
    the number only. So an erasure leaves it. `customer` is no foreign key, because it outlives the customer.

    The database refuses to change an entry, or to delete one outside of `purge.py`, by triggers (the first migration).
    SQLite drops them with the table that it makes anew for a changed column: such a migration makes them again.
    """

    at = models.DateTimeField(db_default=Now(), editable=False)
    action = models.CharField(max_length=20, choices=AuditAction)
    is_refused = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    key = models.ForeignKey("accounts.ApiKey", models.PROTECT, null=True, related_name="+", db_index=False)
    address = models.CharField(max_length=50, blank=True, help_text="IP address; none for a command or a worker")
    request_id = models.CharField(max_length=64, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="Who was changed, or whose name was entered",
    )
    customer = models.PositiveBigIntegerField(null=True)
    text = models.CharField(max_length=LONGEST_TEXT, blank=True)

    class Meta:
        default_permissions = ()
        permissions = [("view_audit_log", "Can view the audit log")]
        indexes = [
            # The list, newest first, whole or by one of its filters.
            models.Index(fields=["at", "id"], name="auditentry_by_at"),
            models.Index(fields=["by", "at", "id"], name="auditentry_by_user"),
            models.Index(fields=["action", "at", "id"], name="auditentry_by_action"),
            models.Index(fields=["is_refused", "at", "id"], name="auditentry_by_result"),
            models.Index(fields=["customer", "at", "id"], name="auditentry_of_customer"),
            models.Index(fields=["address", "at", "id"], name="auditentry_from"),
            models.Index(fields=["request_id", "at", "id"], name="auditentry_of_request"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.pk}"


class AuditPurge(models.Model):
    """While its transaction lasts, entries from before `before` may be deleted. No other transaction ever sees it."""

    before = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Purge of entries before {self.before}"
