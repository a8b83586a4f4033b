"""What README installs is enough for the program to start: requirements.txt, without extras and developers’ tools."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
START = """
import sys

missing = set(sys.argv[1:])


class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Missing())
from django.core.management import execute_from_command_line

execute_from_command_line(["manage.py", "check"])
"""


def normal_name(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_the_program_starts_with_the_locked_requirements_alone():
    locked = {normal_name(name) for name in LOCKED.findall((ROOT / "requirements.txt").read_text())}
    others = [
        package
        for package, distributions in packages_distributions().items()
        if not locked & {normal_name(name) for name in distributions}
    ]
    assert "pytest" in others
    command = [sys.executable, "-c", START, *others]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
