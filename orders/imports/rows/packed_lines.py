"""Lines of an order that an export packs into one cell, as extensions of WooCommerce do.

Such as “name:Mug|sku:M1|quantity:2|total:20.00;name:Tea|quantity:1|total:5.00”, or the same as JSON. What else such an
item says, such as its taxes, is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from orders.imports.cells.cell import CellError

MEANINGS = {
    "name": "line_description",
    "sku": "line_sku",
    "quantity": "line_quantity",
    "qty": "line_quantity",
    "total": "line_amount",
    "price": "line_price",
    "id": "line_id",
}
ITEM = re.compile(r";(?=\s*[a-z_]+:)")
"""A semicolon within a name is followed by no key."""
PART = re.compile(r"\|(?=\s*[a-z_]+:)")
MOST_LINES = 1_000
NO_ITEMS = "this is no list of items. Correct it, or leave the column out."


def packed_lines(text: str) -> list[Mapping[str, str]]:
    """The cells of each line, by target; CellError if it has none."""
    items = list(_of_json(text) if text.startswith(("[", "{")) else _of_text(text))
    lines: list[Mapping[str, str]] = [_cells(item) for item in items]
    if not lines or not all(lines):
        raise CellError(NO_ITEMS)
    if len(lines) > MOST_LINES:
        raise CellError(f"an order has {MOST_LINES:,} lines or fewer.")
    return lines


def _of_text(text: str) -> Iterator[Mapping[str, Any]]:
    for item in filter(None, map(str.strip, ITEM.split(text))):
        parts = (part.partition(":") for part in PART.split(item))
        yield {key.strip(): value.strip() for key, _, value in parts}


def _of_json(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        items = json.loads(text)
    except ValueError:
        raise CellError(NO_ITEMS) from None
    items = [items] if isinstance(items, dict) else items
    if not all(isinstance(item, dict) for item in items):
        raise CellError(NO_ITEMS)
    yield from items


def _cells(item: Mapping[str, Any]) -> dict[str, str]:
    known = {MEANINGS[key]: str(value) for key, value in item.items() if key in MEANINGS and value is not None}
    return {target: text for target, text in known.items() if text}
