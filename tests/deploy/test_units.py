"""The units of systemd, with programs that exist on this machine."""

import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from tests.deploy.tools import needs

UNITS = settings.BASE_DIR / "deploy/systemd"


@pytest.fixture
def units(tmp_path):
    """The folder of units that start programs of this machine."""
    for unit in UNITS.glob("*.service"):
        text = unit.read_text()
        for program in ("gunicorn", "python"):
            text = text.replace(f"/opt/reunite/.venv/bin/{program}", shutil.which(program) or sys.executable)
        (tmp_path / unit.name.replace("@.", "@1.")).write_text(text)
    return tmp_path


@needs("systemd-analyze")
def test_systemd_understands_every_line(units):
    names = sorted(str(unit) for unit in units.iterdir())
    assert len(names) == 2
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, check=False
    )
    about_ours = [line for line in (done.stdout + done.stderr).splitlines() if "reunite" in line]
    assert about_ours == []


@needs("systemd-analyze")
def test_systemd_finds_little_to_attack(units):
    for unit in units.iterdir():
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", "--threshold=30", str(unit)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
