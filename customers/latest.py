"""What was merged and taken back last, by anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from customers.models import Merge
from customers.models.merge import MergeMember
from customers.wording import listed

SHOWN = 8


@dataclass(frozen=True)
class Act:
    """A merge, or the undo of one."""

    merge: Merge
    duplicates: str
    at: datetime
    is_undo: bool

    @property
    def by(self) -> str:
        return str((self.merge.undone_by if self.is_undo else self.merge.by) or "A program")


def acts() -> list[Act]:
    """Latest first."""
    known = Merge.objects.select_related("survivor", "by", "undone_by")
    made = list(known.order_by("-created", "-pk")[:SHOWN])
    # Said so that SQLite, too, reads the index on those undone.
    undone = list(known.filter(undone_at__isnull=False).order_by("-undone_at")[:SHOWN])
    members = MergeMember.objects.filter(merge__in=[*made, *undone]).select_related("duplicate").order_by("duplicate")
    names: dict[int, list[str]] = {}
    for member in members:
        names.setdefault(member.merge_id, []).append(member.duplicate.numbered)
    found = [Act(merge, listed(names[merge.pk]), merge.created, is_undo=False) for merge in made]
    found += [Act(each, listed(names[each.pk]), each.undone_at, is_undo=True) for each in undone if each.undone_at]
    return sorted(found, key=attrgetter("at"), reverse=True)[:SHOWN]
