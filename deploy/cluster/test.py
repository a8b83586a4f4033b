"""`make cluster-test`: the site under load while parts of it die, and a table of what held, in about ten minutes."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from deploy.cluster import judge, restore, runs
from deploy.cluster.load import Load, make_load
from deploy.cluster.places import PRIMARY
from deploy.cluster.runs import Line
from deploy.cluster.site import Site

STEADY, KILLS, PAUSE, PAUSED, CUT_OFF = 60, 5, 15, 10, 30
"""Seconds, but for KILLS."""


@dataclass
class Test:
    site: Site
    load: Load
    lines: list[Line]

    def run(self, act: Callable[..., Line], *arguments: object) -> None:
        """A run that cannot go on is a line as well, and the next one begins."""
        try:
            line = act(self.site, *arguments)
        except (OSError, RuntimeError, LookupError) as error:
            line = Line(act.__name__, held=False, told=f"{type(error).__name__}: {error}")
        print(f"{line.run}: {'held' if line.held else 'FAILED'} ({line.told})", flush=True)
        self.lines.append(line)


def run_all(site: Site) -> list[Line]:
    load = make_load(site.token)
    test = Test(site, load, [])
    load.start()
    try:
        test.run(runs.steady, load, STEADY)
        restore.take_base_backup()
        test.run(runs.wrong_keys, load)
        test.run(runs.standby_paused, load, PAUSED)
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
    try:
        site.start()
        lines = run_all(site)
    finally:
        site.end()
    print_table(lines)
    sys.exit(not all(line.held for line in lines))
