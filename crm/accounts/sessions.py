"""The sessions of a user: which browsers are signed in, and ending them.

A session is named by what it is stored under, a digest of the key that is in the cookie of its browser alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from crm.accounts.models import Session, User
from crm.accounts.session_store import SessionStore, idle_since, stored_key
from crm.accounts.user_agents import browser_name
from customers.lib.batches import delete_in_batches
from customers.lib.text import without_unstorable

SIGN_IN = "sign_in"
"""The key under which a session keeps from where, by what and when its user signed in."""


@dataclass(frozen=True)
class OpenSession:
    name: str
    browser: str
    address: str
    method: str
    started: datetime | None
    last_seen: datetime
    is_current: bool


def open_sessions(user: User, *, current: str | None) -> Sequence[OpenSession]:
    """The current session first, then by when they were last used."""
    sessions = [_describe(session, current) for session in _open(user).order_by("-last_seen", "pk")]
    return sorted(sessions, key=lambda session: not session.is_current)


def end_session(user: User, name: str) -> bool:
    """False if it has ended already."""
    return bool(_open(user).filter(pk=without_unstorable(name)).delete()[0])


def end_sessions(user: User, *, but: str | None = None) -> int:
    return user.sessions.exclude(pk=stored_key(but or "")).delete()[0]


def ended_sessions() -> QuerySet[Session]:
    """What is in them is never read again."""
    ended = Q(expire_date__lt=timezone.now())
    if since := idle_since():
        ended |= Q(last_seen__lt=since)
    return Session.objects.filter(ended)


def purge_sessions() -> int:
    return delete_in_batches(ended_sessions())


def _open(user: User) -> QuerySet[Session]:
    sessions = user.sessions.filter(expire_date__gt=timezone.now())
    since = idle_since()
    return sessions.filter(last_seen__gte=since) if since else sessions


def _describe(session: Session, current: str | None) -> OpenSession:
    sign_in = SessionStore().decode(session.session_data).get(SIGN_IN, {})
    started = sign_in.get("at")
    return OpenSession(
        name=session.pk,
        browser=browser_name(sign_in.get("user_agent", "")),
        address=sign_in.get("address", ""),
        method=sign_in.get("method", ""),
        started=datetime.fromisoformat(started) if started else None,
        last_seen=session.last_seen,
        is_current=session.pk == stored_key(current or ""),
    )
