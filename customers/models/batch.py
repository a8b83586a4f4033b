"""Many groups merged together, and many merges undone together, as jobs do them one by one."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.models.merge import Merge, OnConflict


class MergeOutcome(models.TextChoices):
    WAITING = "waiting", "Waiting"
    MERGED = "merged", "Merged"
    REFUSED = "refused", "Not merged"


class MergeBatch(models.Model):
    """Groups of customers that a user chose to merge together, as the preview showed them.

    `on_conflict` says what becomes of values that differ (`merging/automatic.py`). `job` is that which works on it.
    """

    token = models.UUIDField(unique=True, default=uuid4, help_text="Of the form, so that a double click begins once")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    on_conflict = models.CharField(max_length=10, choices=OnConflict)
    job = models.PositiveBigIntegerField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Batch {self.pk}"


class GroupToMerge(models.Model):
    """A group of a batch: the customer who is kept and the others, by number, with their versions of the preview.

    The numbers of customers who were erased since stay, as those of a merge do.
    """

    batch = models.ForeignKey(MergeBatch, models.CASCADE, related_name="rows", db_index=False)
    customers = models.JSONField()
    versions = models.JSONField()
    outcome = models.CharField(max_length=10, choices=MergeOutcome, default=MergeOutcome.WAITING)
    merge = models.ForeignKey("Merge", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["batch", "id"], name="grouptomerge_in_order"),
            models.Index(fields=["batch", "outcome", "id"], name="grouptomerge_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"Group of customer {self.customers[0]}"


class UndoOutcome(models.TextChoices):
    WAITING = "waiting", "Waiting"
    UNDONE = "undone", "Undone"
    BEFORE = "before", "Undone before"
    REFUSED = "refused", "Not undone"


class BatchUndo(models.Model):
    """Merges that a user chose to undo together: those that were active at the moment of the preview.

    Which they are is fixed then, whatever is merged later. `job` is that which works on it.
    """

    token = models.UUIDField(unique=True, default=uuid4, help_text="Of the form, so that a double click begins once")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    marks_not_duplicates = models.BooleanField(
        default=True, help_text="Restored customers are marked as not duplicates"
    )
    allows_overdraft = models.BooleanField(default=False, help_text="Credit may be negative afterwards")
    job = models.PositiveBigIntegerField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Undo {self.pk} of several merges"


class MergeToUndo(models.Model):
    """A merge of a batch, the newest first, and what became of it. `kept` are the fields that were not reverted."""

    batch = models.ForeignKey(BatchUndo, models.CASCADE, related_name="rows", db_index=False)
    merge = models.ForeignKey(Merge, models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(max_length=10, choices=UndoOutcome, default=UndoOutcome.WAITING)
    kept = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "merge"], name="mergetoundo_once_a_batch")]
        indexes = [
            models.Index(fields=["batch", "id"], name="mergetoundo_in_order"),
            # What became of a batch, and those that were not undone.
            models.Index(fields=["batch", "outcome", "id"], name="mergetoundo_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"Merge {self.merge_id}"
