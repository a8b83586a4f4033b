"""The lists of a sales team, which admins edit: account types, lead phases and closing reasons."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone

from customers.models.exact import ExactCharField


class ListEntry(models.Model):
    """A row of a list, such as the account type “Reseller”.

    `word` is the name as two are compared: in one list no two names differ only in case or accents. A retired entry
    stays where it is used, and is not offered any more.
    """

    name = models.CharField(max_length=100)
    word = ExactCharField(max_length=400, editable=False)
    position = models.PositiveIntegerField(default=0, editable=False)
    is_retired = models.BooleanField(default=False, editable=False)
    updated = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["position", "id"], name="%(class)s_in_order")]

    def __str__(self) -> str:
        return self.name


class AccountType(ListEntry):
    """What kind of customer somebody is, such as Reseller."""

    class Meta(ListEntry.Meta):
        constraints = [models.UniqueConstraint(fields=["word"], name="accounttype_name")]


class LeadPhase(ListEntry):
    """How far a lead or an opportunity has come. An opportunity takes its score and value where it has none itself."""

    score = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(100)],
        help_text="How likely something in this phase is won, in percent",
    )
    value = models.DecimalField(
        max_digits=14, decimal_places=3, null=True, blank=True, help_text="What is usually won, in `currency`"
    )
    currency = models.CharField(max_length=3, blank=True)

    class Meta(ListEntry.Meta):
        # Of all three lists.
        permissions = [("manage_saleslist", "Can change sales lists")]
        constraints = [
            models.UniqueConstraint(fields=["word"], name="leadphase_name"),
            models.CheckConstraint(condition=models.Q(score__lte=100), name="leadphase_score_in_per_cent"),
            models.CheckConstraint(
                condition=models.Q(value=None) | ~models.Q(currency=""), name="leadphase_value_has_currency"
            ),
        ]


class ClosingReason(ListEntry):
    """Why an opportunity was won or lost."""

    class Outcome(models.TextChoices):
        WON = "won", "Won"
        LOST = "lost", "Lost"

    outcome = models.CharField(max_length=4, choices=Outcome)

    class Meta(ListEntry.Meta):
        constraints = [models.UniqueConstraint(fields=["outcome", "word"], name="closingreason_name")]
