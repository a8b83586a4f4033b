"""How long something is kept: a setting a kind, of which 0 means for ever."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

BEFORE_EVERYTHING = datetime(1, 1, 1, tzinfo=UTC)


def kept_since(kept_for: timedelta) -> datetime:
    """What is older is due to be deleted; nothing is where it is kept for ever."""
    return timezone.now() - kept_for if kept_for else BEFORE_EVERYTHING
