"""What an export is: the columns of a list, and its rows for the address of that list, at once or part by part."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from crm.accounts.models import User
from customers.lib.columns import Column
from customers.lib.errors import ActionError
from customers.permissions import VIEW_ORDERS

MOST_AT_ONCE = 10_000
"""A longer file is written by a job: a browser that loses the connection would have to begin again."""

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)
Query = Mapping[str, str]
"""The filters of a list, as its address has them."""


class ExportError(ActionError):
    """These filters or columns make no file."""


def invalid_filters(names: Iterable[str]) -> ExportError:
    return ExportError(f"These filters are not valid: {', '.join(names)}. Correct them, then export.")


class ReadAtOnce(Protocol[Row_co]):
    def __call__(self, query: Query, *, most: int, with_orders: bool) -> Iterator[Row_co] | None:
        """All rows; None if there are more than `most`."""


class ReadPart(Protocol[Row_co]):
    def __call__(self, query: Query, after: Any, *, with_orders: bool) -> tuple[Sequence[Row_co], Any]:
        """Some of the rows that follow, and where the next part begins; None after the last.

        The place goes into the cursor of a job, as JSON; that of the first part is None.
        """


@dataclass(frozen=True)
class Export(Generic[Row]):
    """`name` is in addresses, file names and the job.

    `list_needs` are the permissions of its list, and what this export alone needs besides.
    """

    name: str
    kind: str
    label: str
    list_needs: tuple[str, ...]
    columns: Sequence[Column[Row]]
    describe: Callable[[Query], str]
    """The filters in words, "" without any; ExportError if one is not valid."""
    at_once: ReadAtOnce[Row]
    part: ReadPart[Row]
    count: Callable[[Query], int | None] = lambda query: None
    """Only where nothing has to be searched for it."""
    list_url: str = ""
    """The name of the URL of the list, which takes the same address."""

    @property
    def needs(self) -> tuple[str, ...]:
        """What page, job and every link to it ask for. A permission that all exports shall need is added here."""
        return self.list_needs

    @property
    def url_name(self) -> str:
        return f"exports:{self.name}"

    @property
    def section(self) -> str:
        """The link of the navigation that is marked."""
        return self.name

    def columns_for(self, user: User) -> list[Column[Row]]:
        """Those that the user may see."""
        may_view_orders = user.has_perm(VIEW_ORDERS)
        return [column for column in self.columns if may_view_orders or not column.is_about_orders]

    def named(self, labels: Sequence[str]) -> list[Column[Row]]:
        return [column for column in self.columns if column.label in labels]


def have_orders(columns: Sequence[Column[Any]]) -> bool:
    return any(column.is_about_orders for column in columns)
