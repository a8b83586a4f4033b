"""The links to the tabs of the customer page: to their groups, and to those of the group that is open."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from customers.pages.tabs import Choice, ChoiceGroup


@dataclass(frozen=True)
class TabLink:
    """`current` is what `aria-current` says; "" if it is not open."""

    address: str
    label: str
    is_filled: bool
    current: str


@dataclass(frozen=True)
class TabAddress:
    """`kept` is what another tab keeps of the address, behind its name."""

    page: str
    kept: str

    def of(self, choice: Choice) -> str:
        return f"{self.page}?tab={choice.slug}{self.kept}"


def group_links(groups: Iterable[ChoiceGroup], chosen: Choice, address: TabAddress) -> list[TabLink]:
    return [
        TabLink(
            address.of(group.opens),
            group.label,
            group.is_filled,
            ("page" if len(group.choices) == 1 else "true") if chosen in group.choices else "",
        )
        for group in groups
    ]


def choice_links(group: ChoiceGroup, chosen: Choice, filled: Collection[str], address: TabAddress) -> list[TabLink]:
    return [
        TabLink(address.of(choice), choice.tab.label, choice.slug in filled, "page" if choice == chosen else "")
        for choice in group.choices
    ]
