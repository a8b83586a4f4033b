"""`make cluster-test`: the site under load while parts of it die, and a table of what held.

`RUNS="steady rolling_upgrade"` does only these, by the names of their functions, and what stands at the end.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.cluster import judge, restore, runs, stale
from deploy.cluster.load import Load, make_load
from deploy.cluster.places import PRIMARY
from deploy.cluster.runs import Line
from deploy.cluster.site import Site

STEADY, KILLS, PAUSE, PAUSED, CUT_OFF = 45, 5, 8, 10, 30
"""Seconds, but for KILLS."""


@dataclass
class Test:
    site: Site
    only: list[str]
    lines: list[Line] = field(default_factory=list)

    def run(self, act: Callable[..., Line], *arguments: object) -> None:
        """A run that cannot go on is a line as well, and the next one begins."""
        if self.only and act.__name__ not in self.only:
            return
        start = time.monotonic()
        try:
            line = act(self.site, *arguments)
        except (OSError, RuntimeError, LookupError) as error:
            line = Line(act.__name__, held=False, told=f"{type(error).__name__}: {error}")
        took = time.monotonic() - start
        print(f"{line.run}: {'held' if line.held else 'FAILED'} ({line.told}) [{took:.0f} s]", flush=True)
        self.lines.append(line)


def run_all(site: Site, only: list[str]) -> list[Line]:
    load = make_load(site.token)
    test = Test(site, only)
    load.start()
    try:
        test.run(runs.steady, load, STEADY)
        restore.take_base_backup()
        test.run(runs.wrong_keys, load)
        test.run(stale.replica_paused, load, PAUSED)
        test.run(runs.standby_killed, load)
        test.run(runs.rolling_upgrade, load)
        test.run(runs.cut_off, load, CUT_OFF)
        at, acknowledged = restore.moment(load)
        test.run(runs.others_killed, load, PAUSE)
        test.run(runs.primary_killed, load, KILLS)
    finally:
        load.end()
    test.run(at_the_end, load)
    test.run(restore.restored_to, at, acknowledged)
    return test.lines


def at_the_end(site: Site, load: Load) -> Line:
    faults = judge.faults(PRIMARY, load)
    told = f"{len(load.imported)} imports, {len(load.merged)} merges that stand, {len(load.in_doubt)} without an answer"
    return Line("at the end: owners, forest, rebuild; nothing lost or twice", not faults, "; ".join([*faults, told]))


def print_table(lines: list[Line]) -> None:
    print("\n| run | held | what was seen |\n| --- | --- | --- |")
    for line in lines:
        print(f"| {line.run} | {'yes' if line.held else 'NO'} | {line.told} |")


if __name__ == "__main__":
    site = Site()
    begin = time.monotonic()
    try:
        site.start()
        lines = run_all(site, os.environ.get("RUNS", "").split())
    finally:
        site.end()
    print_table(lines)
    print(f"\n{(time.monotonic() - begin) / 60:.1f} minutes.")
    sys.exit(not all(line.held for line in lines))
