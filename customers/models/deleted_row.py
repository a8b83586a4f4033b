from django.db import models
from django.utils import timezone


class DeletedRow(models.Model):
    """A row that was deleted, so that an API client with a copy can delete it too. It says nothing of its customer."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=40, help_text="As API clients know the row")
    uuid = models.CharField(max_length=40, blank=True, help_text="Its uuid, if it had one")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["at", "id"], name="deletedrow_by_at"),
            models.Index(fields=["kind", "at", "id"], name="deletedrow_of_kind_by_at"),
            # Whether a row that a client names was there once.
            models.Index(fields=["key", "kind"], name="deletedrow_by_key"),
            models.Index(fields=["uuid"], name="deletedrow_by_uuid"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @classmethod
    def has(cls, kind: str, key: str | int) -> bool:
        return cls.objects.filter(kind=kind, key=str(key)).exists()
