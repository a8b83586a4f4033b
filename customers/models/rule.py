"""Rules by which duplicates are merged without a user, their tests, and what they leave for review."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from customers.models.merge import Kept, OnConflict
from customers.models.source import DataSource

LONGEST_NAME = 100


class RuleState(models.TextChoices):
    OFF = "off", "Off"
    DRY_RUN = "dry_run", "Dry run"
    ON = "on", "On"
    STOPPED = "stopped", "Stopped itself"


class Agreement(models.TextChoices):
    """What two customers may have in common."""

    EMAIL = "email", "The same email"
    PHONE = "phone", "The same phone"
    EXTERNAL_ID = "external_id", "The same external ID"
    COMPANY = "company", "The same company name"
    DOMAIN = "domain", "The same web domain"
    IDENTIFIER = "identifier", "The same identifier"


class NamesNeeded(models.TextChoices):
    FULL = "full", "The same first and last name"
    COMPATIBLE = "compatible", "The same or compatible"
    FIRST = "first", "The same first name"
    LAST = "last", "The same last name"
    ANY = "any", "Not compared"


class MergeRule(models.Model):
    """A rule that merges customers of whom every two satisfy it.

    A rule is off, or in a dry run, until a back-test of it as it is was looked at. It stops itself when too many of its
    merges are undone. A deleted rule keeps its row, because merges name it.
    """

    name = models.CharField(max_length=LONGEST_NAME)
    evidence = models.JSONField(default=list, blank=True, help_text="Values of Agreement, all of which are needed")
    least_probability = models.FloatField(null=True, blank=True)
    names = models.CharField(max_length=10, choices=NamesNeeded, default=NamesNeeded.FULL)
    match_case = models.BooleanField(default=False)
    kept = models.CharField(max_length=10, choices=Kept, default=Kept.OLDEST)
    kept_source = models.ForeignKey(
        DataSource, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    on_conflict = models.CharField(max_length=10, choices=OnConflict, default=OnConflict.REVIEW)
    exempt_active = models.BooleanField(default=True, help_text="Active purchases on two sides")
    exempt_statuses = models.JSONField(default=list, blank=True, help_text="Billing and lead statuses")
    exempt_tags = models.JSONField(default=list, blank=True)
    exempt_above = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    largest_group = models.PositiveSmallIntegerField(default=20)
    stop_above = models.DecimalField(max_digits=4, decimal_places=1, default=2, help_text="Percent undone in 7 days")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, help_text="Is told"
    )

    state = models.CharField(max_length=10, choices=RuleState, default=RuleState.OFF)
    state_at = models.DateTimeField(default=timezone.now)
    stopped_because = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Of what it says; a back-test is of one version")
    looked_to = models.DateTimeField(null=True, blank=True, help_text="Customers who changed before this are through")
    created = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        permissions = [("manage_mergerule", "Can manage merge rules")]
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(deleted_at=None), name="mergerule_one_of_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("rules:detail", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.state in (RuleState.ON, RuleState.DRY_RUN)


class MergeRuleChange(models.Model):
    """Entry of the history of a rule. Append-only. `values` are {field: [before, after]}, in words."""

    rule = models.ForeignKey(MergeRule, models.PROTECT, related_name="changes")
    text = models.CharField(max_length=300, help_text="As a sentence")
    values = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.text


class BackTest(models.Model):
    """What a rule would have done: compared with what staff decided, and with those whom nobody has decided yet.

    Lists have customers by number only, so an erasure leaves them.
    """

    rule = models.ForeignKey(MergeRule, models.CASCADE, related_name="back_tests")
    version = models.PositiveIntegerField(help_text="Of the rule")
    merged = models.PositiveIntegerField(default=0, help_text="Pairs that staff merged, too")
    marked = models.PositiveIntegerField(default=0, help_text="Pairs that staff marked as not duplicates, or related")
    undone = models.PositiveIntegerField(default=0, help_text="Pairs that were merged, and restored")
    missed = models.PositiveIntegerField(default=0, help_text="Pairs that staff merged and the rule would not")
    # [[one customer, other, "marked" or "undone", the mark or the merge], …]
    differing = models.JSONField(default=list)
    # Of groups that nobody has decided: the customers of each, and what was answered, by the position in it.
    sample = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    began = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True, help_text="When somebody said that it was looked at")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Back-test {self.pk}"


class FindingOutcome(models.TextChoices):
    MERGE = "merge", "Would be merged"
    CONFLICT = "conflict", "Values conflict"
    EXEMPT = "exempt", "Exempt"
    TOO_LARGE = "large", "Too many customers"
    NOT_ALL = "not_all", "Not every pair matches"


class RuleFinding(models.Model):
    """A group that a rule would merge in a dry run, or leaves for review. It may be merged or have changed since."""

    rule = models.ForeignKey(MergeRule, models.CASCADE, related_name="findings", db_index=False)
    customers = models.JSONField(help_text="Sorted primary keys")
    # Of `customers`.
    digest = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=FindingOutcome)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["rule", "digest"], name="rulefinding_once")]
        indexes = [
            # The groups of one outcome, newest first, and their number.
            models.Index(fields=["rule", "outcome", "id"], name="rulefinding_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.customers}"
