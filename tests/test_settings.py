"""The example of all settings, compared with what the program reads."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
READ = re.compile(r'\b(?:env\.\w+\(|database\(env,|kept\()\s*"([A-Z][A-Z0-9_]+)"')
EXAMPLE = re.compile(r"^#?([A-Z][A-Z0-9_]+)=", re.MULTILINE)


def settings_that_are_read() -> set[str]:
    sources = [path for folder in ("crm", "orders", "customers") for path in (ROOT / folder).rglob("*.py")]
    return {name for path in sources for name in READ.findall(path.read_text())}


def test_the_example_lists_every_setting_and_no_other():
    assert set(EXAMPLE.findall((ROOT / ".env.example").read_text())) == settings_that_are_read()


def test_a_file_of_settings_that_is_named_must_be_there():
    asked = subprocess.run(
        [sys.executable, "-c", "import crm.settings"],
        cwd=ROOT,
        env=os.environ | {"ENV_FILE": "nowhere.env"},
        capture_output=True,
        text=True,
    )
    assert "ENV_FILE names nowhere.env, which is not there." in asked.stderr


def test_urls_that_are_empty_are_none():
    """So a file of compose hands on variables that nobody has set."""
    shown = "from crm import settings; print(settings.CACHES['default']['BACKEND'], settings.EMAIL_BACKEND)"
    empty = os.environ | {"SECRET_KEY": "of a test", "CACHE_URL": "", "EMAIL_URL": "", "REPLICA_URL": ""}
    asked = subprocess.run(
        [sys.executable, "-c", shown], cwd=ROOT, env=empty, capture_output=True, text=True, check=True
    )
    assert [name.rpartition(".")[2] for name in asked.stdout.split()] == ["LocMemCache", "EmailBackend"]
