"""The tests to run while working: those of what changed, or all rules where that is not clear; on SQLite, no browser.

`make test-fast` runs it. What changed is what git names since the branch left `main`.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.suite import OTHERWISE, WITHOUT_BROWSER, pytest_command

ROOT = Path(__file__).parent.parent
PACKAGES = {"crm", "customers", "orders"}
ALL_RULES = (
    *WITHOUT_BROWSER,
    "--ignore=tests/failure_modes",  # whose rules have tests of their own
    *("-m", "not one_database and not long"),
)


def git(*arguments: str) -> list[str]:
    output = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return output.splitlines()


def changed_files() -> list[str]:
    has_main = git("branch", "--list", "main")
    since = git("merge-base", "HEAD", "main")[0] if has_main else "HEAD"
    return git("diff", "--name-only", since) + git("ls-files", "--others", "--exclude-standard")


def tests_of(file: Path) -> Path | None:
    """The tests that mirror a file of ours; none where it has too many, as what everything stands on has."""
    if file.parts[0] == "tests":
        return file if file.name.startswith("test_") else closest_folder(file.parent)
    return closest_folder(Path("tests") / file.parent)


def closest_folder(folder: Path) -> Path | None:
    """`folder` or the closest above it that has tests, unless that is a whole app's."""
    while not (ROOT / folder).is_dir():
        folder = folder.parent
    return folder if len(folder.parts) > 2 else None


def chosen(files: list[str]) -> tuple[str, ...]:
    """What pytest is to run for these changed files."""
    paths = [Path(*Path(file).parts[file.startswith("templates/") :]) for file in files]
    ours = [path for path in paths if path.parts[0] in PACKAGES | {"tests"} and "browser" not in path.parts]
    tests = {tests_of(path) for path in ours}
    existing = {test for test in tests if test and (ROOT / test).exists()}
    if None in tests or not existing:
        return ALL_RULES
    return tuple(sorted(map(str, existing)))


if __name__ == "__main__":
    tests = chosen(changed_files())
    print("All rules:" if tests == ALL_RULES else f"What changed: {' '.join(tests)}")
    environment = {key: value for key, value in os.environ.items() if key not in OTHERWISE}
    sys.exit(subprocess.run(pytest_command(*tests), cwd=ROOT, env=environment).returncode)
