"""Where the pages ended that a key has read, so that the next page by number goes on from there.

They are kept in the database, because the next request may come to another process; some minutes, because a client
that asks for page 2 much later has begun anew. They are written when the answer has been read, and left out while the
database cannot write.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.utils import timezone

from crm.accounts.models import PageEnd
from customers.snapshot import after_reading

REMEMBERED = timedelta(minutes=10)
HIGHEST = 2**31 - 1


def last_end(key: int, listed: str, *, among: range) -> tuple[int, Any]:
    """The last of the pages `among` that was read, and where it ended; (0, None) if there is none."""
    pages = {"page__gte": max(among.start, 0), "page__lt": min(among.stop, HIGHEST)}
    since = timezone.now() - REMEMBERED
    ends = PageEnd.objects.filter(key=key, listed=_name(listed), at__gte=since, **pages)
    return ends.order_by("-page").values_list("page", "end").first() or (0, None)


def remember(key: int, listed: str, page: int, end: Any) -> None:
    if page < HIGHEST:
        after_reading(_write, PageEnd(key_id=key, listed=_name(listed), page=page, end=end))


def _write(end: PageEnd) -> None:
    if end.page == 1:
        PageEnd.objects.filter(key=end.key_id, at__lt=timezone.now() - REMEMBERED).delete()
    PageEnd.objects.bulk_create(
        [end], update_conflicts=True, unique_fields=["key", "listed", "page"], update_fields=["end", "at"]
    )


def _name(listed: str) -> str:
    return hashlib.sha256(listed.encode()).hexdigest()
