"""What jobs can do: a kind is a name, permissions and a function that does one chunk.

The function does the rows from `job.cursor` on, within a transaction that the turn opened, and returns a `Step`. It
writes to this database only: what leaves it, such as a request, could be done twice. It must be quick: a chunk that
takes longer than `lease` is given to another worker. A kind that reads elsewhere does so by `ask`, before the
transaction, which would keep others waiting; it finds the answer as `job.answer`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, Any, TypeVar

from django.db import transaction

from crm.jobs.leases import FIRST_LEASE
from crm.jobs.models import Job
from customers.lib.errors import ActionError

Row = TypeVar("Row")


@dataclass(frozen=True)
class RefusedRow:
    """A row that could not be done, and why."""

    row: str
    reason: str


@dataclass(frozen=True)
class Step:
    """What a chunk did, and where the next one begins."""

    cursor: Mapping[str, Any]
    is_last: bool
    done: int = 0
    """Rows done, the refused ones included."""
    refusals: Sequence[RefusedRow] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """What became of the rows, by label; added to those of the chunks before."""
    text: str = ""
    """What it adds to the result file."""


@dataclass(frozen=True)
class JobKind:
    name: str
    label: str
    needs: tuple[str, ...]
    """The permissions to start one, to control it and to read its result file."""
    chunk: Callable[[Job], Step]
    count: Callable[[Job], int | None] = lambda job: None
    """How many rows there are to do; asked once, before the first chunk."""
    file_name: Callable[[Job], str] | None = None
    """The name of the result file, of a kind that makes one."""
    unit: tuple[str, str] = ("row", "rows")
    """What pages count of it, one and several."""
    page: Callable[[Job], str] = lambda job: job.get_absolute_url()
    """Where its owner sees what came of it."""
    lease: timedelta = FIRST_LEASE
    ask: Callable[[Job], object] = lambda job: None
    """What the next chunk writes, read from another system or worked out for long. No transaction is open, and it is
    done again after a fault, so it changes nothing, or what comes to the same when it is done again."""
    put_together: Callable[[Job, Iterable[str], IO[bytes]], None] = lambda job, texts, file: write_texts(texts, file)
    """Write the result file from what the steps added to it, in their order."""


def write_texts(texts: Iterable[str], file: IO[bytes]) -> None:
    for text in texts:
        file.write(text.encode())


class TryLaterError(ActionError):
    """Another system does not answer, or asks to wait for `pause`. The chunk is tried again as after any fault."""

    def __init__(self, message: str, *, pause: timedelta = timedelta(0)) -> None:
        super().__init__(message)
        self.pause = pause


KINDS: dict[str, JobKind] = {}


class UnknownKindError(ActionError):
    """The job was started by another version, which knew more kinds."""


def register(kind: JobKind) -> JobKind:
    if kind.name in KINDS:
        raise ValueError(f"Two kinds of jobs are named {kind.name}.")
    KINDS[kind.name] = kind
    return kind


def kind_named(name: str) -> JobKind:
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownKindError(f"This version of Reunite has no jobs of the kind “{name}”.") from None


def label_of(name: str) -> str:
    return KINDS[name].label if name in KINDS else name


def unit_of(name: str, number: int) -> str:
    """“row” or “rows”, or what else this kind counts."""
    one, several = KINDS[name].unit if name in KINDS else JobKind.unit
    return one if number == 1 else several


def do_rows(rows: Iterable[Row], act: Callable[[Row], object], *, name: Callable[[Row], str]) -> list[RefusedRow]:
    """Do `act` with each row, and return the rows that it refused: those are rolled back, the others stay."""
    refusals = []
    for row in rows:
        try:
            with transaction.atomic():
                act(row)
        except ActionError as error:
            refusals.append(RefusedRow(name(row), str(error)))
    return refusals
