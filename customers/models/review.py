"""What reviewers of merges have: counts of merges and their undos, and samples with answers."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from customers.models.merge import Merge


class MergedBy(models.TextChoices):
    USER = "user", "Users"
    RULE = "rule", "Rules"
    API = "api", "API clients"


class MergeCount(models.Model):
    """How many merges somebody made on a day in UTC that are active, or were undone after about so long.

    A cache of `Merge`: `customers.review.counts` keeps it, and pages read it for any number of merges.
    """

    ACTIVE = -1

    day = models.DateField()
    made_by = models.CharField(max_length=4, choices=MergedBy)
    number = models.BigIntegerField(help_text="Of the user or the rule, 0 for an API client without a user")
    wait = models.SmallIntegerField(help_text="Until the undo, as counts.py writes it; -1 for active merges")
    merges = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "made_by", "number", "wait"], name="mergecount_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.merges} on {self.day}"


class CountedMerges(models.Model):
    """The moment up to which merges and undos are counted in `MergeCount`. One row."""

    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"Until {self.until}"


class MergeSample(models.Model):
    """Merges that were drawn by chance from a time, to be looked at. It stays as it was drawn."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField()
    created = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Sample {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("customers:merge_sample", args=[self.pk])


class MergeVerdict(models.TextChoices):
    RIGHT = "right", "Right"
    WRONG = "wrong", "Wrong"
    UNSURE = "unsure", "Unsure"


class SampledMerge(models.Model):
    """A merge of a sample, and what a reviewer answered about it."""

    sample = models.ForeignKey(MergeSample, models.CASCADE, related_name="rows", db_index=False)
    merge = models.ForeignKey(Merge, models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=6, choices=MergeVerdict, blank=True)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sample", "merge"], name="sampledmerge_once_a_sample")]
        indexes = [
            # The answers of a time.
            models.Index(fields=["at"], condition=models.Q(at__isnull=False), name="sampledmerge_by_answer"),
        ]

    def __str__(self) -> str:
        return f"Merge {self.merge_id} in sample {self.sample_id}"
