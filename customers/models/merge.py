from functools import partial

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from customers.models.customer import Customer
from customers.models.ids import public_id


class Via(models.TextChoices):
    """How an act came about."""

    PAGE = "page", "on the page"
    API = "api", "by API"
    RULE = "rule", "by a rule"
    BULK = "bulk", "in bulk"


class Merge(models.Model):
    """One or more duplicates became part of the survivor. It stands until it is undone; it is never deleted."""

    uuid = models.CharField(max_length=40, unique=True, default=partial(public_id, "mrg"), editable=False)
    survivor = models.ForeignKey(Customer, models.PROTECT, related_name="merges")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    via = models.CharField(max_length=10, choices=Via)
    reason = models.CharField(max_length=200, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        permissions = [("undo_merge", "Can undo merges")]
        indexes = [
            models.Index(fields=["created", "id"], name="merge_by_created"),
            # The history of one user, or of one way: else SQLite sorts all merges of a busy user, and both read all
            # merges for a way that is rare.
            models.Index(fields=["by", "created", "id"], name="merge_of_user"),
            models.Index(fields=["via", "created", "id"], name="merge_by_via"),
            # Those undone, by week: the condition holds for whatever has a date, so that SQLite uses it as well.
            models.Index(fields=["undone_at"], condition=models.Q(undone_at__isnull=False), name="merge_by_undone"),
        ]

    def __str__(self) -> str:
        return f"Merge {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("customers:merge_detail", args=[self.pk])


class MergeMember(models.Model):
    """One duplicate of a merge. `records` are the source records that moved with it, by primary key."""

    merge = models.ForeignKey(Merge, models.PROTECT, related_name="members")
    duplicate = models.ForeignKey(Customer, models.PROTECT, related_name="memberships")
    records = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merge", "duplicate"], name="mergemember_once_a_merge"),
            models.UniqueConstraint(
                fields=["duplicate"], condition=models.Q(undone_at=None), name="mergemember_merged_away_once"
            ),
        ]
        indexes = [
            # What was taken back lately, whole or in part.
            models.Index(
                fields=["undone_at"], condition=models.Q(undone_at__isnull=False), name="mergemember_by_undone"
            ),
        ]

    def __str__(self) -> str:
        return f"Customer {self.duplicate_id} in merge {self.merge_id}"


class Deletion(models.Model):
    """That a customer was erased, by whom, and how much went with it. Without personal data."""

    uuid = models.CharField(max_length=40, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    counts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.uuid
