"""Imports of files: what was sent, what became of each row, and mappings of columns that are kept for next time."""

from functools import partial

from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.models import DataSource, SourceRecord
from customers.models.exact import ExactCharField
from customers.models.ids import public_id
from orders.models.order import Order
from orders.models.subscription import Purchase


class ImportState(models.TextChoices):
    """How far an import is. While a job works on it, the job says whether it waits, was paused or stopped."""

    NEW = "new", "New"
    CHECKED = "checked", "Checked"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    UNDOING = "undoing", "Undoing"
    UNDONE = "undone", "Undone"


def file_name(imported: "Import", name: str) -> str:
    return f"{imported.folder}/{name}"


class Import(models.Model):
    """A file with customers, orders or subscriptions of one data source, and what came of it.

    `job` is the number of the job that worked on it last. `counts` are of the rows, by outcome and evidence, as the
    last dry run or the import itself counted them.
    """

    uuid = ExactCharField(max_length=40, unique=True, default=partial(public_id, "imp"), editable=False)
    # It outlives its data source, whose name it keeps.
    data_source = models.ForeignKey(DataSource, models.SET_NULL, null=True, related_name="imports")
    source_name = models.CharField(max_length=100)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200, help_text="Of the file, as it was sent")
    file = models.FileField(upload_to=file_name, blank=True, max_length=300)
    table = models.JSONField(default=dict, blank=True, help_text="How the file is read, and its first rows")
    mapping = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.NEW)
    job = models.PositiveBigIntegerField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True, help_text="{outcome or evidence: rows}")
    checked = models.JSONField(default=dict, blank=True, help_text="What the dry run counted, once the import runs")
    created = models.DateTimeField(default=timezone.now, editable=False)
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    is_cleared = models.BooleanField(default=False, help_text="Its file and its samples were deleted")

    class Meta:
        permissions = [("run_import", "Can import files")]
        indexes = [
            # Those whose files are to be deleted.
            models.Index(fields=["is_cleared", "created"], name="import_to_clear"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> str:
        """Where its file is in the storage."""
        return f"imports/{self.uuid}"


class SavedMapping(models.Model):
    """What the columns of a file mean, kept under a name. A file with the same headers is mapped by it at once."""

    name = ExactCharField(max_length=100, unique=True)
    headers = ExactCharField(max_length=64, db_index=True, help_text="Digest of the headers, in any order")
    mapping = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    updated = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class RowOutcome(models.TextChoices):
    CREATED = "created", "Created"
    JOINED = "joined", "Joined"
    HERE = "here", "Already here"
    REFUSED = "refused", "Refused"


class MatchedBy(models.TextChoices):
    """By what a row found its customer."""

    NEW = "new", "New"
    ID = "id", "Customer ID"
    IDENTITY = "identity", "Same name and contact details"
    BOTH = "both", "Email, phone and name"
    EMAIL = "email", "Email and name"
    PHONE = "phone", "Phone and name"
    ORDER = "order", "Order ID"
    ROW = "row", "Same row imported before"


COMPLETED = "completed"
"""Beside the tables of `ImportRow.added`: the columns that the row filled in at the record, which was here."""


class ImportRow(models.Model):
    """What a row of a file was written as. It goes with its source record, so an erasure takes it along.

    `digest` is of all that the row says to its data source: the same row is not taken in again. `evidence`
    is by what the row found its customer.
    """

    derived = True

    imported = models.ForeignKey(Import, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField(help_text="The first row of the file that it was made of")
    outcome = models.CharField(max_length=10, choices=RowOutcome)
    evidence = models.CharField(max_length=10, choices=MatchedBy, blank=True)
    source_record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="+")
    is_new_customer = models.BooleanField(default=False)
    is_new_record = models.BooleanField(default=False)
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="+")
    purchase = models.ForeignKey(Purchase, models.PROTECT, null=True, blank=True, related_name="+")
    added = models.JSONField(default=dict, blank=True, help_text="Notes and tags that it added: {table: primary keys}")
    digest = ExactCharField(max_length=64, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["imported", "number"], name="importrow_once"),
        ]

    def __str__(self) -> str:
        return f"Row {self.number} of {self.imported_id}"


class ImportSample(models.Model):
    """One of the first rows of each outcome of a dry run, as it will be. Deleted with the file.

    `shown` is what the file says of the person, `reason` why the row is refused.
    """

    imported = models.ForeignKey(Import, models.CASCADE, related_name="samples", db_index=False)
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=RowOutcome)
    evidence = models.CharField(max_length=10, choices=MatchedBy, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    customer_number = models.PositiveBigIntegerField(null=True, blank=True, help_text="Of the customer that it joins")
    shown = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["imported", "outcome", "number"], name="importsample_once"),
        ]

    def __str__(self) -> str:
        return f"Row {self.number} of {self.imported_id}"
