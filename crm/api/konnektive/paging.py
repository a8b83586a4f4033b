"""Lists by pages that are counted, since clients ask for page 2 and for how many there are."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import Model
from pydantic import AfterValidator

from crm.api.konnektive.errors import invalid, nothing_found
from crm.api.konnektive.fields import Day, Parameters, Whole
from customers.lib.dates import end_of_day, start_of_day
from customers.records.changed_since import ChainedQuery

MOST, USUAL = 200, 25
REMEMBERED = 5 * 60
"""For how long, in seconds, the pages after the first say what was counted for it."""

Row = TypeVar("Row", bound=Model)


class Paged(Parameters):
    """What every query takes; more than the most is read as the most, and no page as the first."""

    page: Annotated[Whole, AfterValidator(lambda asked: min(max(asked, 1), 10**9))] = 1
    results_per_page: Annotated[Whole, AfterValidator(lambda asked: min(max(asked, 1), MOST))] = USUAL


class Dated(Paged):
    """A query about the days from `startDate` to `endDate`, both included, as the account's calendar has them."""

    start_date: Day | None = None
    end_date: Day | None = None

    def period(self) -> tuple[datetime, datetime]:
        """From when, and before when; for where they are required."""
        if self.start_date is None or self.end_date is None:
            missing = {"startDate": self.start_date, "endDate": self.end_date}
            raise invalid(**{name: "This parameter is required." for name, day in missing.items() if day is None})
        if self.end_date < self.start_date:
            raise invalid(endDate="Use a date on or after startDate.")
        return start_of_day(self.start_date), end_of_day(self.end_date)


def _total(rows: ChainedQuery[Any], asked: Paged, *, at_least: int) -> int:
    """How many there are.

    A page after the first may say what was counted for one before it, some minutes ago: who reads all of them would
    else have them counted as often as there are pages.
    """
    if rows.is_counted:
        return rows.count()
    name = _name(rows)
    if asked.page > 1 and name:
        counted = cache.get(name)
        if counted is not None and counted >= at_least:
            return int(counted)
    total = rows.count()
    if name:
        cache.set(name, total, REMEMBERED)
    return total


def _name(rows: ChainedQuery[Any]) -> str:
    """What is asked for, as a name; "" where it is known to be nothing."""
    try:
        asked = "\n".join(str(part.query) for part in rows.parts)
    except EmptyResultSet:
        return ""
    return f"counted-{hashlib.sha256(asked.encode()).hexdigest()}"


def page(
    rows: ChainedQuery[Row], asked: Paged, *, what: str, write: Callable[[Sequence[Row]], Sequence[Any]]
) -> dict[str, Any]:
    """The page of `rows` that was asked for, as `write` has them; `what` names them in the plural."""
    first = (asked.page - 1) * asked.results_per_page
    found = rows[first : first + asked.results_per_page]
    total = _total(rows, asked, at_least=first + len(found))
    if not total:
        raise nothing_found(what)
    return {
        "totalResults": total,
        "resultsPerPage": asked.results_per_page,
        "page": asked.page,
        "data": write(found),
    }
