from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from orders.imports.columns.fields import BY_KEY
from orders.imports.columns.headers import header_key

CALCULATED = "Calculated from orders"
CARD = "Cards are not imported"
ELSEWHERE = "Belongs to the other system"


@dataclass(frozen=True)
class Preset:
    """`columns` are the targets of headers, or why a column is left out, by `header_key`."""

    name: str
    label: str
    signatures: Sequence[frozenset[str]]
    columns: Mapping[str, str] = field(repr=False)

    def is_signed(self, keys: Collection[str]) -> bool:
        return any(signature <= set(keys) for signature in self.signatures)

    def target(self, header: str) -> str:
        """The target of a header; "" if it is left out, or not known."""
        meaning = self.columns.get(header_key(header), "")
        return meaning if meaning in BY_KEY else ""

    def left_out(self, header: str) -> str:
        """Why the column of a header is left out; "" if it is not, or not known."""
        meaning = self.columns.get(header_key(header), "")
        return "" if meaning in BY_KEY else meaning


def preset(name: str, label: str, *signatures: Sequence[str], columns: Mapping[str, str]) -> Preset:
    signed = [frozenset(header_key(header) for header in signature) for signature in signatures]
    return Preset(name, label, signed, {header_key(header): meaning for header, meaning in columns.items()})


def left_out(reason: str, *headers: str) -> dict[str, str]:
    return dict.fromkeys(headers, reason)


def address(target: str, prefix: str, *, names: Mapping[str, str]) -> dict[str, str]:
    """The columns of an address: {part: header without its prefix}."""
    return {f"{prefix}{header}": f"{target}.{part}" for part, header in names.items()}
