"""The whole suite: on PostgreSQL, in a browser and on SQLite, two of them at a time, with a closing line for each.

`make test` runs it. PostgreSQL takes part when TEST_DATABASE_URL names a database, the browser when a Chromium is
found, and asks axe-core when npm installed it; then the API is asked by its client for Node, too. With REQUIRE_ALL set,
what did not run is a failure.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree  # reads our own report

from tests.browser import chromium

# Every core has a process of each part, so that none idles while the last part ends. All three at once would only make
# pages answer later than the browser waits for.
PROCESSES = min(os.cpu_count() or 1, 8)
AT_ONCE = 2

# Each part names its own database, and reads what another compiled: to compile all takes eight seconds a process.
OTHERWISE = {"DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Part:
    name: str
    marks: str
    missing: str = ""  # why it cannot run here
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    line: str
    good: bool


def parts() -> list[Part]:
    postgres = os.environ.get("TEST_DATABASE_URL", "")
    return [
        Part(
            "PostgreSQL",
            "not browser",
            missing="" if postgres else "TEST_DATABASE_URL names no database",
            environment={"DATABASE_URL": postgres},
        ),
        Part(
            "Browser",
            "browser",
            missing="" if chromium.find() else "no Chromium was found",
        ),
        Part("SQLite", "not browser and not postgres"),
    ]


def carry_out(part: Part, folder: Path) -> int:
    """Run the tests of `part`, the files in the order of collection; return with what status they ended."""
    command = [
        "-m",
        "pytest",
        "-n",
        str(PROCESSES),
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
        "-q",
        "-p",
        "no:cacheprovider",  # each run would overwrite the others' cache of what failed last
        "-m",
        part.marks,
        f"--junitxml={folder / part.name}.xml",
    ]
    environment = {key: value for key, value in os.environ.items() if key not in OTHERWISE} | part.environment
    with (folder / f"{part.name}.txt").open("w") as output:
        ended = subprocess.run([sys.executable, *command], env=environment, stdout=output, stderr=subprocess.STDOUT)
    return ended.returncode


def counted(report: Path) -> dict[str, int]:
    """How many tests a report names by outcome."""
    suite = ElementTree.parse(report).getroot().find("testsuite")
    total, failed, broken, skipped = (int(suite.get(key)) for key in ["tests", "failures", "errors", "skipped"])
    return {"passed": total - failed - broken - skipped, "failed": failed, "broken": broken, "skipped": skipped}


def judge(part: Part, status: int, folder: Path, *, everything: bool) -> Outcome:
    print(f"\n==== {part.name} ====\n{(folder / f'{part.name}.txt').read_text()}", end="")
    report = folder / f"{part.name}.xml"
    counts = counted(report) if report.exists() else {"passed": 0, "skipped": 0}
    told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
    if status or not counts["passed"] or (everything and counts["skipped"]):
        return Outcome(f"{part.name}: FAILED ({told or 'no test ran'})", good=False)
    return Outcome(f"{part.name}: ran ({told})", good=True)


def run(everything: bool) -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(AT_ONCE) as threads:
        folder = Path(name)
        running = {part.name: threads.submit(carry_out, part, folder) for part in parts() if not part.missing}
        for part in parts():
            if part.missing:
                yield Outcome(f"{part.name}: not run because {part.missing}", good=not everything)
            else:
                yield judge(part, running[part.name].result(), folder, everything=everything)


if __name__ == "__main__":
    outcomes = list(run(everything=bool(os.environ.get("REQUIRE_ALL"))))
    print("\n" + "\n".join(outcome.line for outcome in outcomes))
    sys.exit(not all(outcome.good for outcome in outcomes))
