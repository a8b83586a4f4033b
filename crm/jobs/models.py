"""Jobs with their errors, events and parts of results, and what the clock runs."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone


class JobState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    FAILED = "failed", "Stopped"
    CANCELLED = "cancelled", "Cancelled"
    DONE = "done", "Done"


UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
"""States in which workers go on with a job."""
ENDED = (JobState.FAILED, JobState.CANCELLED, JobState.DONE)


def input_name(job: "Job", name: str) -> str:
    return f"{job.folder}/input/{name}"


def result_name(job: "Job", name: str) -> str:
    return f"{job.folder}/{name}"


class Job(models.Model):
    """Long work, done chunk by chunk by whatever worker has its lease.

    `cursor` says where the next chunk begins. A running job without a lease waits for its next turn.
    """

    uuid = models.UUIDField(unique=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=200, blank=True, help_text="What it is about, such as the name of a file")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="jobs")
    needs = models.JSONField(default=list, blank=True, help_text="Permissions that its owner and its readers must have")
    parameters = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    message = models.CharField(max_length=500, blank=True, help_text="Why it stopped, or what came of it")

    total = models.PositiveBigIntegerField(null=True, blank=True, help_text="Rows to do, if they could be counted")
    done = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0, help_text="Rows that were refused; part of those done")
    counts = models.JSONField(default=dict, blank=True, help_text="What became of the rows: {label: number}")
    cursor = models.JSONField(default=dict, blank=True)
    is_read_through = models.BooleanField(default=False, help_text="All rows are done; the result may not be")

    attempts = models.PositiveSmallIntegerField(default=0, help_text="Failures in a row of the chunk at the cursor")
    wake_at = models.DateTimeField(default=timezone.now, help_text="No worker begins a turn before")
    worker = models.CharField(max_length=100, blank=True)
    lease = models.UUIDField(null=True, blank=True, help_text="New for each turn, so that a lost worker cannot write")
    lease_until = models.DateTimeField(null=True, blank=True)

    input_file = models.FileField(upload_to=input_name, blank=True, max_length=300)
    result_file = models.FileField(upload_to=result_name, blank=True, max_length=300)
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    worked = models.DurationField(default=timedelta, help_text="Time spent in chunks, without waiting")
    pace = models.JSONField(default=list, blank=True, help_text="[[seconds worked, rows done by then], …]")
    is_news = models.BooleanField(default=False, help_text="It ended, and its owner has not dismissed the notice")
    is_cleared = models.BooleanField(default=False, help_text="Its files, errors and parameters were deleted")

    answer: object = None
    """What the kind was answered for the next chunk. Not stored."""

    class Meta:
        ordering = ["-id"]
        permissions = [("view_all_job", "Can view all jobs"), ("start_rebuild", "Can rebuild derived data")]
        indexes = [
            models.Index(fields=["state", "id"], name="job_by_state"),
            models.Index(fields=["by", "id"], name="job_by_owner"),
            models.Index(fields=["by", "is_news", "id"], name="job_news"),
            models.Index(fields=["kind", "id"], name="job_by_kind"),
        ]

    def __str__(self) -> str:
        return f"Job {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("jobs:detail", args=[self.pk])

    @property
    def folder(self) -> str:
        """Where its files are in the storage."""
        return f"jobs/{self.uuid}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED


class JobError(models.Model):
    """A row that was refused. A job keeps the first ones; `Job.failed` counts all."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="errors")
    row = models.CharField(max_length=100, help_text="Which row, in the words of the kind")
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["job", "id"], name="joberror_in_order")]

    def __str__(self) -> str:
        return f"{self.row}: {self.reason}"


class JobEventKind(models.TextChoices):
    CREATED = "created", "Created"
    STARTED = "started", "Started"
    RETRIED = "retried", "A chunk failed and will be tried again"
    LOST = "lost", "The worker stopped responding"
    PAUSED = "paused", "Paused"
    RESUMED = "resumed", "Resumed"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Cancelled, because it stayed paused"
    FAILED = "failed", "Stopped"
    DONE = "done", "Done"


class JobEvent(models.Model):
    """A line of the activity of a job. `done` is how far it was."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=JobEventKind)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    worker = models.CharField(max_length=100, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["job", "id"], name="jobevent_in_order")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.job_id}"


class ResultPart(models.Model):
    """What one chunk wrote for the result file, kept until the file is put together."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="parts")
    text = models.TextField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["job", "id"], name="resultpart_in_order")]

    def __str__(self) -> str:
        return f"Part {self.pk} of job {self.job_id}"


class Schedule(models.Model):
    """When the clock runs an act the next time. Whichever worker moves `next_at` runs it."""

    name = models.CharField(max_length=40, unique=True)
    next_at = models.DateTimeField()
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    message = models.CharField(max_length=500, blank=True, help_text="The last line of the last run, or its error")

    def __str__(self) -> str:
        return self.name
