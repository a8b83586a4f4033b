"""Lists by pages that are counted, since clients ask for page 2 and for how many there are."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from django.db.models import Model
from pydantic import AfterValidator

from crm.api.konnektive.errors import invalid, nothing_found
from crm.api.konnektive.fields import Day, Parameters, Whole
from customers.days import end_of, start_of
from customers.lately import InTurn

MOST, USUAL = 200, 25

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
            raise invalid(endDate="Use a day that is not before startDate.")
        return start_of(self.start_date), end_of(self.end_date)


def page(
    rows: InTurn[Row], asked: Paged, *, what: str, write: Callable[[Sequence[Row]], Sequence[Any]]
) -> dict[str, Any]:
    """The page of `rows` that was asked for, as `write` has them; `what` names them in the plural."""
    first = (asked.page - 1) * asked.results_per_page
    found = rows[first : first + asked.results_per_page]
    total = rows.count()
    if not total:
        raise nothing_found(what)
    return {
        "totalResults": total,
        "resultsPerPage": asked.results_per_page,
        "page": asked.page,
        "data": write(found),
    }
