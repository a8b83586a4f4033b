"""How much each way to agree counts: of one person’s records, and of two people’s, which share agrees like that.

The shipped model is trained; `train.py` makes one of the site’s own customers. Rarity is always that of the customers
at hand (`rarity.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from customers.matching.likely.comparisons import FieldComparison

MOST_LIKELY_AT_RANDOM = 0.05
"""Two customers of a small site may be one person, and yet are two more often than not."""

Shares = tuple[float, float]
"""Of one person’s pairs, and of two people’s: the share that agrees like that."""


@dataclass(frozen=True)
class Model:
    """`duplicates_each` is how many duplicates a customer has on average, `levels` {field: {level: shares}}."""

    version: str
    duplicates_each: float
    levels: Mapping[str, Mapping[str, Shares]]

    def probability_at_random(self, customers: int) -> float:
        """That two of so many customers are one person, before anything of them is compared."""
        return min(MOST_LIKELY_AT_RANDOM, self.duplicates_each / max(customers - 1, 1))

    def settings(
        self, compared: Sequence[FieldComparison], *, customers: int, dialect: str, anchor: str = ""
    ) -> dict[str, Any]:
        """As Splink takes them. Training leaves the shares of the field `anchor` as they are."""
        return {
            "link_type": "dedupe_only",
            "unique_id_column_name": "id",
            "sql_dialect": dialect,
            "probability_two_random_records_match": self.probability_at_random(customers),
            "comparisons": [self._comparison(c, is_fixed=c.field == anchor) for c in compared],
            "blocking_rules_to_generate_predictions": [],
            "retain_matching_columns": True,
            "retain_intermediate_calculation_columns": True,
        }

    def _comparison(self, comparison: FieldComparison, *, is_fixed: bool) -> dict[str, Any]:
        missing: dict[str, Any] = {
            "sql_condition": comparison.missing,
            "label_for_charts": "missing",
            "is_null_level": True,
        }
        levels = [missing]
        for level in comparison.levels:
            of_one, of_two = self.levels[comparison.field][level.name]
            shares = {"m_probability": of_one, "u_probability": of_two, "fix_m_probability": is_fixed}
            # The rarity of a domain is not that of the company above it.
            by_rarity = {"tf_adjustment_column": level.by_rarity, "disable_tf_exact_match_detection": True}
            rarity = by_rarity if level.by_rarity else {}
            levels.append({"sql_condition": level.condition, "label_for_charts": level.name, **shares, **rarity})
        return {"output_column_name": comparison.field, "comparison_levels": levels}

    def as_json(self) -> str:
        levels = {field: {name: list(shares) for name, shares in of.items()} for field, of in self.levels.items()}
        values = {"version": self.version, "duplicates_each": self.duplicates_each, "levels": levels}
        return json.dumps(values, indent=1) + "\n"


def read_model(text: str) -> Model:
    values = json.loads(text)
    levels = {field: {name: (m, u) for name, (m, u) in of.items()} for field, of in values["levels"].items()}
    return Model(values["version"], values["duplicates_each"], levels)


@cache
def shipped_model() -> Model:
    return read_model(Path(__file__).with_name("shipped_model.json").read_text(encoding="utf-8"))
