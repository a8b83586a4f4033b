"""What came of the rows of a file, as a dry run or the import counts them: four numbers that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from customers.lib.time_ranges import TimeRange
from customers.models import Customer
from orders.imports.batch.verdicts import DIFFERENT, DUPLICATES, NOT_APPLIED, REFUSALS
from orders.models import Import, ImportSample, MatchedBy, RowOutcome

WIDTH, GAP = 1_000, 3
FEWEST = 3
"""How wide a part of the bar is at least, so that one of a million rows is seen."""
MEANINGS: Mapping[RowOutcome, tuple[str, str]] = {
    RowOutcome.CREATED: ("new customers", "a"),
    RowOutcome.JOINED: ("to customers already here", "b"),
    RowOutcome.HERE: ("nothing changes", "c"),
    RowOutcome.REFUSED: ("in a file with reasons", "d"),
}


LOOKED_AT = (RowOutcome.JOINED, RowOutcome.REFUSED, RowOutcome.CREATED, RowOutcome.HERE)


@dataclass(frozen=True)
class Sample:
    """A row as it will be; `customer` is the one that it joins, None where that is another row of the file."""

    row: ImportSample
    customer: Customer | None

    @property
    def name(self) -> str:
        shown = self.row.shown
        return " ".join(filter(None, (shown.get("first_name"), shown.get("last_name")))) or str(
            shown.get("company", "")
        )

    @property
    def match(self) -> str:
        return dict(MatchedBy.choices).get(self.row.evidence, "")


@dataclass(frozen=True)
class Figure:
    outcome: RowOutcome
    rows: int
    share: float
    x: int
    width: int

    @property
    def label(self) -> str:
        return str(self.outcome.label)

    @property
    def meaning(self) -> str:
        return MEANINGS[self.outcome][0]

    @property
    def series(self) -> str:
        return MEANINGS[self.outcome][1]


class ImportOutcome:
    def __init__(self, imported: Import) -> None:
        self._imported, counts = imported, imported.counts
        self.figures = _figures({outcome: counts.get(outcome, 0) for outcome in RowOutcome})
        self.duplicates: int = counts.get(DUPLICATES, 0)
        self.refusals: int = counts.get(REFUSALS, 0)
        self.not_applied: int = counts.get(NOT_APPLIED, 0)
        self.different: int = counts.get(DIFFERENT, 0)
        self.rows = sum(figure.rows for figure in self.figures)
        self.taken = counts.get(RowOutcome.CREATED, 0) + counts.get(RowOutcome.JOINED, 0)
        self.refused: int = counts.get(RowOutcome.REFUSED, 0)

    @property
    def width(self) -> int:
        """Of the bar, in the units of its SVG."""
        return max((figure.x + figure.width for figure in self.figures if figure.width), default=WIDTH)

    @property
    def unlike_dry_run(self) -> list[tuple[str, int, int]]:
        """(outcome, rows in the dry run, rows of the import), where they are not the same."""
        checked = self._imported.checked
        numbers = [(str(figure.label), checked.get(figure.outcome, 0), figure.rows) for figure in self.figures]
        return [row for row in numbers if row[1] != row[2]] if checked else []

    @property
    def worklist_query(self) -> str:
        """Of the worklist: only those with a record that came by this import."""
        imported = self._imported
        if not (imported.data_source_id and imported.started and imported.ended):
            return ""
        received = TimeRange(imported.started, imported.ended)
        return urlencode({"source": imported.data_source_id, "received": received})

    @property
    def evidence(self) -> list[tuple[str, int]]:
        """By what rows join customers, most first."""
        counts = self._imported.counts
        rows = [(str(e.label), counts.get(f"{RowOutcome.JOINED} {e}", 0)) for e in MatchedBy]
        return sorted((row for row in rows if row[1]), key=lambda row: -row[1])

    def samples(self) -> list[tuple[Figure, list[Sample]]]:
        """The first rows of each outcome; what was joined and refused is looked at first."""
        stored = list(self._imported.samples.order_by("outcome", "number"))
        customers = Customer.objects.in_bulk({row.customer_number for row in stored if row.customer_number})
        by_outcome: dict[str, list[Sample]] = {}
        for row in stored:
            by_outcome.setdefault(row.outcome, []).append(Sample(row, customers.get(row.customer_number or 0)))
        figures = {figure.outcome: figure for figure in self.figures}
        return [(figures[outcome], by_outcome[outcome]) for outcome in LOOKED_AT if outcome in by_outcome]


def _figures(rows: Mapping[RowOutcome, int]) -> list[Figure]:
    total, x = sum(rows.values()), 0
    figures = []
    for outcome, number in rows.items():
        width = max(round(WIDTH * number / total), FEWEST) if number else 0
        figures.append(Figure(outcome, number, 100 * number / total if total else 0, x, width))
        x += width + GAP if width else 0
    return figures
