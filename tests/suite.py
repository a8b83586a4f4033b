"""The whole suite: on SQLite, on PostgreSQL and in a browser, two parts at a time, with a closing line for each.

`make test` runs it. SQLite runs every test but the browser's. PostgreSQL takes part when TEST_DATABASE_URL names a
database, and runs what depends on the database. The browser takes part when a Chromium is found, and asks axe-core when
npm installed it; then the API is asked by its client for Node, too. With REQUIRE_ALL set, what did not run
is a failure.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree  # reads our own report

from tests.browser import chromium

# Each part has a process for every core, so that none idles while the last part ends. All three parts at once would
# only make pages answer later than the browser waits for.
PROCESSES = min(os.cpu_count() or 1, 8)
AT_ONCE = 2

# Each part names its own database, and reads what another compiled: to compile all takes eight seconds a process.
OTHERWISE = {"DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}

WITHOUT_BROWSER = ("tests", "--ignore=tests/browser")


@dataclass
class Part:
    name: str
    tests: tuple[str, ...]
    missing: str = ""  # why it cannot run here
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    line: str
    good: bool


def parts() -> list[Part]:
    """The longest first."""
    postgres = os.environ.get("TEST_DATABASE_URL", "")
    return [
        Part("SQLite", WITHOUT_BROWSER),
        Part(
            "Browser",
            ("tests/browser",),
            missing="" if chromium.find() else "no Chromium was found",
        ),
        Part(
            "PostgreSQL",
            (*WITHOUT_BROWSER, "-m", "not one_database"),
            missing="" if postgres else "TEST_DATABASE_URL names no database",
            environment={"DATABASE_URL": postgres},
        ),
    ]


def pytest_command(*options: str) -> list[str]:
    """Share the tests among all cores; a process that has none left takes some from another."""
    return [sys.executable, "-m", "pytest", "-n", str(PROCESSES), "--dist", "worksteal", "-q", "-rs", *options]


def run_part(part: Part, folder: Path) -> tuple[int, float]:
    """Return with what status the tests of `part` ended, and after how many seconds."""
    command = pytest_command(
        *part.tests,
        "-p",
        "no:cacheprovider",  # each run would overwrite the others' cache of what failed last
        f"--junitxml={folder / part.name}.xml",
    )
    environment = {key: value for key, value in os.environ.items() if key not in OTHERWISE} | part.environment
    start = time.monotonic()
    with (folder / f"{part.name}.txt").open("w") as output:
        ended = subprocess.run(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
    return ended.returncode, time.monotonic() - start


def counts_in(report: Path) -> dict[str, int]:
    """How many tests a report names by outcome."""
    suite = ElementTree.parse(report).getroot().find("testsuite")
    total, failed, broken, skipped = (int(suite.get(key)) for key in ["tests", "failures", "errors", "skipped"])
    return {"passed": total - failed - broken - skipped, "failed": failed, "broken": broken, "skipped": skipped}


def judge(part: Part, status: int, seconds: float, folder: Path, *, everything: bool) -> Outcome:
    print(f"\n==== {part.name} ====\n{(folder / f'{part.name}.txt').read_text()}", end="")
    report = folder / f"{part.name}.xml"
    counts = counts_in(report) if report.exists() else {"passed": 0, "skipped": 0}
    numbers = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count) or "no test ran"
    if status or not counts["passed"] or (everything and counts["skipped"]):
        return Outcome(f"{part.name}: FAILED ({numbers})", good=False)
    return Outcome(f"{part.name}: ran ({numbers}) in {seconds:.0f} s", good=True)


def run(everything: bool) -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(AT_ONCE) as threads:
        folder = Path(name)
        running = {part.name: threads.submit(run_part, part, folder) for part in parts() if not part.missing}
        for part in parts():
            if part.missing:
                yield Outcome(f"{part.name}: not run because {part.missing}", good=not everything)
            else:
                yield judge(part, *running[part.name].result(), folder, everything=everything)


if __name__ == "__main__":
    start = time.monotonic()
    outcomes = list(run(everything=bool(os.environ.get("REQUIRE_ALL"))))
    print("\n" + "\n".join(outcome.line for outcome in outcomes))
    print(f"All of it took {time.monotonic() - start:.0f} s.")
    sys.exit(not all(outcome.good for outcome in outcomes))
