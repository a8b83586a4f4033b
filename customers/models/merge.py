from functools import partial

from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.lib.paths import path_of
from customers.lib.phrases import with_number
from customers.models.customer import Customer
from customers.models.exact import ExactCharField
from customers.models.ids import public_id


class Via(models.TextChoices):
    """The method of an act."""

    PAGE = "page", "Web"
    API = "api", "API"
    BULK = "bulk", "Batch"
    RULE = "rule", "Rule"


class Kept(models.TextChoices):
    """Which customer is kept where nobody chooses for each merge."""

    OLDEST = "oldest", "Added first (oldest)"
    MOST_ORDERS = "orders", "With the most orders"
    LAST_ORDER = "last", "With the latest order"
    SOURCE = "source", "From a data source"


class OnConflict(models.TextChoices):
    """What becomes of a value that customers have otherwise, where nobody looks at each merge."""

    REVIEW = "review", "Leave the group for review"
    KEPT = "kept", "Use the value of the customer that is kept"
    NEWEST = "newest", "Use the value that was set last"

    @classmethod
    def _missing_(cls, value: object) -> "OnConflict | None":
        # As batches wrote it that were made before it was one word for batches and rules.
        return cls.REVIEW if value == "leave" else None


class Merge(models.Model):
    """One or more duplicates merged into a survivor. A merge is active until it is undone; it is never deleted."""

    uuid = ExactCharField(max_length=40, unique=True, default=partial(public_id, "mrg"), editable=False)
    survivor = models.ForeignKey(Customer, models.PROTECT, related_name="merges")
    survivor_name = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="At the merge. Blank for merges before it was kept, and after an erasure",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    via = models.CharField(max_length=10, choices=Via)
    batch = models.ForeignKey(
        "MergeBatch", models.PROTECT, null=True, blank=True, related_name="merges", db_index=False
    )
    rule = models.ForeignKey("MergeRule", models.PROTECT, null=True, blank=True, related_name="merges", db_index=False)
    reason = models.CharField(max_length=200, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    fingerprint = ExactCharField(max_length=64, unique=True, editable=False)
    # What was decided about the profile, as customers.profile.decisions writes and reads it; it says nothing of a field
    # that nobody decided. A correction changes it (customers.merging.correct).
    decisions = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="The survivor's version after the merge")
    created = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="The second person, where one was needed",
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        permissions = [("undo_merge", "Can undo merges"), ("review_merge", "Can review merges")]
        indexes = [
            models.Index(fields=["created", "id"], name="merge_by_created"),
            # The merges of one user, and those by one method. Without these SQLite sorts all merges of a busy user,
            # and both databases read all merges to find a rare method.
            models.Index(fields=["by", "created", "id"], name="merge_of_user"),
            models.Index(fields=["via", "created", "id"], name="merge_by_via"),
            # The merges of one batch.
            models.Index(
                fields=["batch", "created", "id"], condition=models.Q(batch__isnull=False), name="merge_of_batch"
            ),
            # The merges of one rule: most have none.
            models.Index(
                fields=["rule", "created", "id"], condition=models.Q(rule__isnull=False), name="merge_of_rule"
            ),
            # The merges that are active among many that were undone, and those that were undone among many active.
            models.Index(
                fields=["created", "id"], condition=models.Q(undone_at__isnull=True), name="merge_active_by_created"
            ),
            models.Index(
                fields=["created", "id"], condition=models.Q(undone_at__isnull=False), name="merge_undone_by_created"
            ),
            # Undos by week. Any comparison with a date implies the condition, so SQLite uses the index as well.
            models.Index(fields=["undone_at"], condition=models.Q(undone_at__isnull=False), name="merge_by_undone"),
        ]

    def __str__(self) -> str:
        return f"Merge {self.pk}"

    def get_absolute_url(self) -> str:
        return path_of("customers:merge_detail", self.pk)

    @property
    def survivor_then(self) -> str:
        """The kept customer by the name that it had at the merge, with its number."""
        return name_then(self.survivor_name, self.survivor)

    @property
    def actor(self) -> object | None:
        """The user, or the rule in words; None for an API client. Read it with `by` and `rule`."""
        return self.by or (self.rule and f"Rule “{self.rule}”")


def name_then(name: str, customer: Customer) -> str:
    """With the number of the customer; says where the name at the merge is not known."""
    if name or customer.erased_at:
        return with_number(name or customer.name, customer.pk)
    return f"{with_number(customer.name, customer.pk)}, name of today"


class MergeMember(models.Model):
    """One duplicate of a merge. `records` are the primary keys of the source records that moved with it."""

    merge = models.ForeignKey(Merge, models.PROTECT, related_name="members", db_index=False)
    duplicate = models.ForeignKey(Customer, models.PROTECT, related_name="memberships")
    duplicate_name = models.TextField(blank=True, default="", db_default="", help_text="As `Merge.survivor_name`")
    records = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1, help_text="The duplicate's version before the merge")
    undone_at = models.DateTimeField(null=True, blank=True)
    # Not always known of undos before this column.
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merge", "duplicate"], name="mergemember_once_a_merge"),
            models.UniqueConstraint(
                fields=["duplicate"], condition=models.Q(undone_at=None), name="mergemember_merged_away_once"
            ),
        ]
        indexes = [
            # The latest undos, whole or in part.
            models.Index(
                fields=["undone_at"], condition=models.Q(undone_at__isnull=False), name="mergemember_by_undone"
            ),
        ]

    def __str__(self) -> str:
        return f"Customer {self.duplicate_id} in merge {self.merge_id}"

    @property
    def duplicate_then(self) -> str:
        """The merged customer by the name that it had at the merge, with its number."""
        return name_then(self.duplicate_name, self.duplicate)


class MergeDraft(models.Model):
    """What a user has selected and entered for a merge into `survivor`, until it is merged or expires.

    A user has one draft per survivor. It names the customers whose values are selected, and holds none of the values.
    Erasing any of `customers` deletes it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    survivor = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    # The survivor too.
    customers = models.ManyToManyField(Customer, related_name="+")
    # {"picks": {field: customer, or "empty" for no password}, "typed": {input: text}}; other fields are as suggested.
    entered = models.JSONField(default=dict)
    # A hash.
    new_password = models.CharField(max_length=128, blank=True)
    # {customer: the version that was shown}
    seen = models.JSONField(default=dict)
    # The source records of the duplicates at the review, by primary key.
    records = models.JSONField(default=list)
    # Of the plan that was reviewed last.
    fingerprint = models.CharField(max_length=64, blank=True)
    expires = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "survivor"], name="mergedraft_once_a_survivor")]
        indexes = [
            # Finds expired drafts, to delete them.
            models.Index(fields=["expires", "id"], name="mergedraft_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"Draft {self.pk} of a merge into customer {self.survivor_id}"

    @property
    def is_empty(self) -> bool:
        return not (self.new_password or any(self.entered.values()))

    @property
    def versions(self) -> dict[int, int]:
        """{customer: the version that was shown}, the survivor's too."""
        return {int(pk): version for pk, version in self.seen.items()}

    @property
    def duplicate_ids(self) -> list[int]:
        return sorted(self.versions.keys() - {self.survivor_id})
