"""The merges of the demo as if they had been made over some weeks, and taken back some days later."""

from datetime import datetime, timedelta

from django.utils import timezone

from customers.models import HistoryEntry, HistoryKind, Merge, MergeMember, NotDuplicate, ProfileChange

WEEKS_AGO = (11, 9, 8, 6, 3, 1)
UNTIL_TAKEN_BACK = timedelta(days=5)


def spread() -> None:
    for merge, weeks in zip(Merge.objects.order_by("pk"), WEEKS_AGO, strict=False):
        _date(merge, timezone.now() - timedelta(weeks=weeks))


def _date(merge: Merge, at: datetime) -> None:
    later = at + UNTIL_TAKEN_BACK
    Merge.objects.filter(pk=merge.pk).update(created=at)
    Merge.objects.filter(pk=merge.pk).exclude(undone_at=None).update(undone_at=later)
    MergeMember.objects.filter(merge=merge).exclude(undone_at=None).update(undone_at=later)
    ProfileChange.objects.filter(merge=merge).update(at=at)
    NotDuplicate.objects.filter(reason=f"{merge} was undone").update(created=later)
    story = HistoryEntry.objects.filter(merge=merge)
    story.filter(kind=HistoryKind.MERGE).update(at=at)
    story.filter(kind=HistoryKind.UNDO).update(at=later)
