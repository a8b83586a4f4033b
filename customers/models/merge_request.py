"""Merges that need a second person: which they are, and what users have asked for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from customers.lib.phrases import isolated, join_words
from customers.models.customer import Customer
from customers.models.merge import Merge


class MergePolicyQuerySet(models.QuerySet["MergePolicy"]):
    def in_force(self) -> MergePolicyQuerySet:
        """Not the policy by which no merge needs a second person."""
        return self.exclude(above=None, live_purchases=False, unlike_names=False)


class MergePolicy(models.Model):
    """Which merges need a second person. One row, or none; a merge that meets any of these does."""

    above = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, help_text="Orders of all its customers, in any currency"
    )
    live_purchases = models.BooleanField(default=False, help_text="More than one of its customers has active purchases")
    unlike_names = models.BooleanField(default=False, help_text="A name differs much from that of the kept customer")

    objects = MergePolicyQuerySet.as_manager()

    class Meta:
        default_permissions = ("change",)

    def __str__(self) -> str:
        return "Merges that need a second person"


class RequestState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    CONFIRMED = "confirmed", "Confirmed"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"
    ERASED = "erased", "Customer erased"


class MergeRequest(models.Model):
    """A merge that a user asked a second person to confirm. Nothing is merged before.

    While it waits it keeps what was entered, as `MergeDraft` does; an answer or an erasure of any of `customers`
    empties that.
    """

    survivor = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    # The survivor too.
    customers = models.ManyToManyField(Customer, related_name="merge_requests")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=200, blank=True)
    needed_because = models.JSONField(default=list, help_text="In words")
    entered = models.JSONField(default=dict)
    # A hash.
    new_password = models.CharField(max_length=128, blank=True)
    # {customer: the version that was shown}
    seen = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, blank=True)
    created = models.DateTimeField(default=timezone.now)

    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.WAITING)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    merge = models.ForeignKey(Merge, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    is_told = models.BooleanField(default=False, help_text="Who asked has seen the answer")

    class Meta:
        indexes = [
            # Those that wait, on every Home of reviewers, and the latest answers.
            models.Index(fields=["state", "id"], name="mergerequest_by_state"),
            # Answers that their users have not seen.
            models.Index(fields=["by", "is_told", "state", "id"], name="mergerequest_of_user"),
        ]

    def __str__(self) -> str:
        return f"Merge request {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("customers:merge_request", args=[self.pk])

    @property
    def in_words(self) -> str:
        """Such as “Helena Holy (61) into Helena Holý (6)”. Read it with `customers` and `survivor`."""
        duplicates = [customer for customer in self.customers.all() if customer.pk != self.survivor_id]
        return f"{join_words([c.name_with_number for c in duplicates] or [''])} into {self.survivor.name_with_number}"

    @property
    def outcome(self) -> str:
        """Such as “Refused by Laura Callahan: “They are twins.””"""
        by = f" by {isolated(self.answered_by)}" if self.answered_by else ""
        answer = f": “{isolated(self.answer)}”" if self.answer else "."
        return f"{self.get_state_display()}{by}{answer}"

    @property
    def is_waiting(self) -> bool:
        return self.state == RequestState.WAITING
