"""The exports of systems that people move from, recognised by their header rows.

Each system has a module in `vendors/`. A header row is recognised when all headers of one `signature` are in it; where
several presets are, the one that knows most of the headers counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from orders.imports.columns.headers import header_key
from orders.imports.columns.vendors import chartmogul, hubspot, konnektive, salesforce, shopify, stripe, woocommerce
from orders.imports.columns.vendors.preset import Preset

PRESETS: tuple[Preset, ...] = (
    *shopify.PRESETS,
    *hubspot.PRESETS,
    *salesforce.PRESETS,
    *stripe.PRESETS,
    *woocommerce.PRESETS,
    *konnektive.PRESETS,
    *chartmogul.PRESETS,
)
BY_NAME = {preset.name: preset for preset in PRESETS}


def recognise(headers: Sequence[str]) -> Preset | None:
    keys = {header_key(header) for header in headers}
    recognised = [preset for preset in PRESETS if preset.is_signed(keys)]
    return max(recognised, key=lambda preset: len(keys & preset.columns.keys()), default=None)
