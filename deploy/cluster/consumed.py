"""The CPU that processes and all their children have taken, which says less about whatever else the machine does."""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(*roots: int) -> float:
    children: defaultdict[int, list[int]] = defaultdict(list)
    ticks: dict[int, int] = {}
    for pid, parent, taken in _processes():
        children[parent].append(pid)
        ticks[pid] = taken
    waiting, total = [*roots], 0
    while waiting:
        pid = waiting.pop()
        total += ticks.get(pid, 0)
        waiting += children[pid]
    return total / TICKS


def _processes() -> Iterator[tuple[int, int, int]]:
    """Number, parent, and the ticks of itself and of its children that have ended."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            # The name, which stands before them in brackets, may have anything in it.
            values = stat.read_text().rpartition(")")[2].split()
            yield int(stat.parent.name), int(values[1]), sum(map(int, values[11:15]))
