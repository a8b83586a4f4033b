"""Lists by numbered pages with a total, because clients ask for page 2 and for the number of rows.

A page begins where the same caller’s page before it ended, some minutes ago: rows that were added, changed or erased
meanwhile neither hide a row of a later page nor show one again. So do the pages after it, and the total, which says
of a long list only that there is more: whoever reads on until a page is short, or until the total, reads all.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import Model
from pydantic import AfterValidator, PrivateAttr
from typing_extensions import TypedDict

from crm.api import page_ends
from crm.api.konnektive.errors import invalid, nothing_found
from crm.api.konnektive.fields import Day, Parameters, Whole
from customers.lib.counting import Counted, count
from customers.lib.dates import end_of_day, start_of_day
from customers.records.changed_since import ChainedQuery, RowPlace
from customers.records.horizon import wait_until_complete

MOST_PER_PAGE, USUAL_PER_PAGE = 200, 25
COUNT_KEPT_SECONDS = 5 * 60
"""So long, a page whose page before was not read uses the count of an earlier one."""
MOST_COUNTED = 25_000
"""So many rows after a page are counted. A longer list says a larger total on the page where it would end."""

Row = TypeVar("Row", bound=Model)


class Totals(TypedDict):
    totalResults: int
    resultsPerPage: int
    page: int


class NumberedPage(Totals):
    data: Sequence[dict[str, Any]]


class PagedQuery(Parameters):
    """The parameters of every query. A number out of range counts as the nearest allowed number."""

    _caller: int = PrivateAttr(default=0)

    page: Annotated[Whole, AfterValidator(lambda number: min(max(number, 1), 10**9))] = 1
    results_per_page: Annotated[Whole, AfterValidator(lambda number: min(max(number, 1), MOST_PER_PAGE))] = (
        USUAL_PER_PAGE
    )

    @property
    def caller(self) -> int:
        """The key by which the pages are read."""
        return self._caller

    def read_by(self, key: int) -> None:
        self._caller = key


class DatedQuery(PagedQuery):
    """A query about the days from `startDate` to `endDate`, both included, in the account's time zone."""

    start_date: Day | None = None
    end_date: Day | None = None

    def period(self) -> tuple[datetime, datetime]:
        """(first moment, moment after the last); CallError if a day is missing."""
        if self.start_date is None or self.end_date is None:
            missing = {"startDate": self.start_date, "endDate": self.end_date}
            raise invalid(**{name: "This parameter is required." for name, day in missing.items() if day is None})
        if self.end_date < self.start_date:
            raise invalid(endDate="Use a date on or after startDate.")
        return start_of_day(self.start_date), end_of_day(self.end_date)


def wait_for_writers(query: DatedQuery) -> None:
    """Before the snapshot of the answer, so that what they write is in it: days that are over are answered complete."""
    if query.end_date:
        wait_until_complete(end_of_day(query.end_date))


def answer_page(
    rows: ChainedQuery[Row], query: PagedQuery, *, what: str, write: Callable[[Sequence[Row]], Sequence[Any]]
) -> NumberedPage:
    """The requested page of `rows`, each through `write`; `what` names them in the plural."""
    size, listed = query.results_per_page, _name(rows)
    before = _end_before(query, listed)
    read = rows.rows_after(before.place, size) if before else rows.rows_from((query.page - 1) * size, size)
    at_least = (query.page - 1) * size + len(read.rows)
    total = before.total if before else 0
    if not _still_counts(total, at_least):
        total = _count(rows, query, listed, read.end, at_least=at_least)
    if not total:
        raise nothing_found(what)
    end = read.end or (before.place if before else None)
    # Of most lists, the first page is all. Behind a later one, a client that goes by the total may ask for more.
    if end and (query.page > 1 or len(read.rows) == size):
        _remember(query, listed, CountedPlace(end, total))
    return {"totalResults": total, "resultsPerPage": size, "page": query.page, "data": write(read.rows)}


@dataclass(frozen=True)
class CountedPlace:
    """The place of the last row of a page, and the total that was answered with it."""

    place: RowPlace
    total: int


def _end_before(query: PagedQuery, listed: str) -> CountedPlace | None:
    """The end of the page before, if the caller has read it."""
    if query.page == 1 or not listed:
        return None
    before = query.page - 1
    _, end = page_ends.last_end(query.caller, f"{listed} {query.results_per_page}", among=range(before, query.page))
    if end is None:
        return None
    values = [datetime.fromisoformat(value) if isinstance(value, str) else value for value in end["values"]]
    return CountedPlace(RowPlace(end["part"], tuple(values)), end["total"])


def _remember(query: PagedQuery, listed: str, end: CountedPlace) -> None:
    if listed and query.caller:
        values = [value.isoformat() if isinstance(value, datetime) else value for value in end.place.values]
        written = {"part": end.place.part, "values": values, "total": end.total}
        page_ends.remember(query.caller, f"{listed} {query.results_per_page}", query.page, written)


def _still_counts(total: int, at_least: int) -> bool:
    """Where a list ends that was not counted to its end, there may be more."""
    return total > at_least or 0 < total == at_least <= MOST_COUNTED


def _count(rows: ChainedQuery[Any], query: PagedQuery, listed: str, end: RowPlace | None, *, at_least: int) -> int:
    """The number of rows, of which at most MOST_COUNTED after the `end` of the page are counted.

    A page after the first takes the count of an earlier page, some minutes old.
    """
    # Otherwise a client that reads all pages would have the rows counted on each of them.
    if rows.is_counted:
        return rows.count()
    if query.page > 1 and listed:
        counted = cache.get(f"counted-{listed}")
        is_known = counted is not None and _still_counts(counted, at_least)
        count(Counted.KEPT_COUNT, "hit" if is_known else "miss")
        if is_known:
            return int(counted)
    total = at_least + rows.count_after(end, MOST_COUNTED) if end else rows.count()
    if listed:
        cache.set(f"counted-{listed}", total, COUNT_KEPT_SECONDS)
    return total


def _name(rows: ChainedQuery[Any]) -> str:
    """Names the query; "" if it is known to have no rows."""
    try:
        sql = "\n".join(str(part.query) for part in rows.parts)
    except EmptyResultSet:
        return ""
    return hashlib.sha256(sql.encode()).hexdigest()
