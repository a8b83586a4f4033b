"""Keeps sessions in the database with their user, and ends those that are idle for too long.

A row is found by a digest of the session's key, which only the cookie has: who reads the database, or a copy, cannot go
on with a session. A page asks for its session in one statement, as with Django's own store;
once a minute one more notes that the session is used.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from crm.accounts.models import Session
from customers.snapshot import after_reading
from customers.statements.prepared import Prepared

PRECISION = timedelta(minutes=1)
LONGEST_KEY = 40  # characters of the column


_sessions = Prepared(lambda key: Session.objects.filter(pk=key))


def idle_since() -> datetime | None:
    """What was last seen before has ended; None if sessions may be idle."""
    minutes: int = settings.SESSION_IDLE_MINUTES
    return timezone.now() - timedelta(minutes=minutes) if minutes else None


def stored_key(session_key: str) -> str:
    """The primary key of a session. The key has 165 random bits, so a plain digest keeps it as safe as a slow hash."""
    return hashlib.sha256(session_key.encode(errors="replace")).hexdigest()[:LONGEST_KEY]


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def exists(self, session_key: str) -> bool:
        return super().exists(stored_key(session_key))

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(stored_key(key))

    def _get_session_from_db(self) -> Session | None:
        session = next(iter(_sessions(stored_key(self.session_key or ""))), None)
        now, since = timezone.now(), idle_since()
        if session is None or session.expire_date <= now or (since and session.last_seen < since):
            self._session_key = None
            return None
        if session.last_seen < now - PRECISION:
            after_reading(_note_use, session.pk)
        return session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        session.session_key = stored_key(session.session_key)
        user = data.get(SESSION_KEY)
        session.user_id = int(user) if user else None
        return session


def _note_use(pk: str) -> None:
    now = timezone.now()
    # The condition again, so that of many requests at one moment only one writes.
    Session.objects.filter(pk=pk, last_seen__lt=now - PRECISION).update(last_seen=now)
