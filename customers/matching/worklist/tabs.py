"""The tabs of the worklist that have groups, and how a page of each is read."""

from __future__ import annotations

from enum import StrEnum

from customers.lib.pages import PAGE
from customers.matching.evidence.worklist_tab import evidence_page
from customers.matching.likely.worklist_tab import likely_page
from customers.matching.worklist.filters import WorklistFilter
from customers.matching.worklist.groups import Place
from customers.matching.worklist.page import WorklistPage, worklist_page
from customers.matching.worklist.pairs import PageOfPairs


class GroupsTab(StrEnum):
    SHARED = ""
    LIKELY = "likely"
    EVIDENCE = "evidence"


def groups_tab(text: str) -> GroupsTab:
    """SHARED for the name of no tab."""
    return GroupsTab(text) if text in {*GroupsTab} else GroupsTab.SHARED


def read_page(
    tab: GroupsTab, after: Place | None, *, only: WorklistFilter, most: int = PAGE
) -> WorklistPage | PageOfPairs:
    """`most` are read at once of those who share an email or phone."""
    match tab:
        case GroupsTab.SHARED:
            return worklist_page(after, only=only, most=most)
        case GroupsTab.LIKELY:
            return likely_page(after, only=only)
        case GroupsTab.EVIDENCE:
            return evidence_page(after, only=only)
