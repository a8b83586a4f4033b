"""What was merged and taken back last, by anybody."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

from customers.lib.phrases import join_words
from customers.merging.aftermath import undone_by
from customers.models import Merge, MergeMember

if TYPE_CHECKING:
    from crm.accounts.models import User

SHOWN = 8
# Of one undo; what is beyond that is named by its merge.
MOST_MEMBERS = 5


@dataclass(frozen=True)
class RecentAct:
    """A merge, or an undo of one or of a part of it."""

    merge: Merge
    duplicates: str
    at: datetime
    is_undo: bool
    user: User | None

    @property
    def by(self) -> str:
        return str(self.user or "API client")


def recent_acts() -> list[RecentAct]:
    """Latest first."""
    return sorted([*_merges(), *_undos()], key=attrgetter("at"), reverse=True)[:SHOWN]


def _merges() -> list[RecentAct]:
    made = list(Merge.objects.select_related("survivor", "by").order_by("-created", "-pk")[:SHOWN])
    names = defaultdict(list)
    for member in MergeMember.objects.filter(merge__in=made).select_related("duplicate").order_by("duplicate"):
        names[member.merge_id].append(member.duplicate.numbered)
    return [
        RecentAct(merge, join_words(names[merge.pk]), merge.created, is_undo=False, user=merge.by) for merge in made
    ]


def _undos() -> list[RecentAct]:
    """Those who came back at one moment came back together."""
    members = MergeMember.objects.select_related("merge__survivor", "duplicate")
    # Said so that SQLite, too, reads the index on those undone.
    members = members.filter(undone_at__isnull=False).order_by("-undone_at")[: SHOWN * MOST_MEMBERS]
    together = defaultdict(list)
    for member in members:
        together[member.merge_id, member.undone_at].append(member)
    shown = list(together.items())[:SHOWN]
    who = undone_by([member for _, some in shown for member in some])
    return [
        RecentAct(
            some[0].merge, join_words([m.duplicate.numbered for m in some]), at, is_undo=True, user=who[some[0].pk]
        )
        for (_, at), some in shown
        if at
    ]
