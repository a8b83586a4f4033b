from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.models.customer import Customer
from customers.models.exact import ExactCharField


class LikelyAnswer(models.Model):
    """What staff decided about a likely pair, with the probability and the weights that it had until then.

    The model that finds likely duplicates is judged by the answers, and learns from them. They name no values.
    """

    class Answer(models.TextChoices):
        MERGED = "merged", "Merged"
        UNDONE = "undone", "Merge undone"
        NOT_DUPLICATES = "not_duplicates", "Not duplicates"
        RELATED = "related", "Related"

    first = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=14, choices=Answer)
    probability = models.FloatField()
    weights = models.JSONField()
    model = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="likelyanswer_once")]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}: {self.answer}"


class TrainedModel(models.Model):
    """A model trained on this site's own customers. Without one in use, the model that ships is."""

    version = ExactCharField(max_length=40, unique=True)
    trained_at = models.DateTimeField(default=timezone.now)
    customers = models.PositiveIntegerField()
    merged = models.PositiveIntegerField(default=0, help_text="The merges that it learned from")
    values = models.TextField(help_text="As JSON, as the model that ships is")
    note = models.CharField(max_length=200, blank=True, help_text="Why it was not put to use")
    in_use = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["in_use"], condition=models.Q(in_use=True), name="trainedmodel_one_in_use"),
        ]

    def __str__(self) -> str:
        return self.version
