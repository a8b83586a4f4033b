"""Keeps sessions in the database with their user, and ends those that are idle for too long.

Nothing but SESSION_ENGINE names this module. A page asks for its session in one statement, as with Django's own store;
once a minute one more notes that the session is used.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from crm.accounts.models import Session
from customers.snapshot import after_reading

PRECISION = timedelta(minutes=1)


def idle_since() -> datetime | None:
    """What was last seen before has ended; None if sessions may be idle."""
    minutes: int = settings.SESSION_IDLE_MINUTES
    return timezone.now() - timedelta(minutes=minutes) if minutes else None


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        session: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # which its stubs lack
        if session is None:
            return None
        since = idle_since()
        if since and session.last_seen < since:
            self._session_key = None
            return None
        if session.last_seen < timezone.now() - PRECISION:
            after_reading(_note_use, session.session_key)
        return session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        user = data.get(SESSION_KEY)
        session.user_id = int(user) if user else None
        return session


def _note_use(session_key: str) -> None:
    now = timezone.now()
    # The condition again, so that of many requests at one moment only one writes.
    Session.objects.filter(pk=session_key, last_seen__lt=now - PRECISION).update(last_seen=now)
