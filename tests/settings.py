"""The project's settings, and what a test run fixes whatever the surroundings say."""

import os
import tempfile
from pathlib import Path

os.environ["ENV_FILE"] = os.devnull  # what a developer set for `make run` is not what is tested
os.environ |= {"DEBUG": "off", "SECRET_KEY": "for-tests-only", "HTTPS": "off", "LOG_LEVEL": "WARNING"}
os.environ["SECOND_FACTOR_REQUIRED"] = "off"  # of users who sign in by their password, for what the test is about
os.environ["PAYMENT_GATEWAY"] = "orders.payments.sandbox.SandboxGateway"
# A test of waiting says itself when it is over, and several at one moment take long on a machine that is busy.
os.environ |= {"DATABASE_LOCK_TIMEOUT": "20", "DATABASE_STATEMENT_TIMEOUT": "300"}
os.environ.setdefault("DATABASE_URL", "sqlite:////nowhere/reunite.sqlite3")  # never a developer's own data

from crm.settings import *  # noqa: F403 - all of them, with the environment above
from crm.settings import DATABASES, MIDDLEWARE, STORAGES

# Named by process, so that runs beside each other never share a database. SQLite in a file, for threads and processes.
name = f"test_reunite_{os.getpid()}"
on_sqlite = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
DATABASES["default"]["TEST"] = {
    "NAME": str(Path(tempfile.gettempdir()) / f"{name}.sqlite3") if on_sqlite else name,
    "MIGRATE": False,  # takes five seconds; tests/crm/test_migrations.py shows that it comes to the same
}

# What a test commits need not outlive the machine.
if on_sqlite:
    DATABASES["default"]["OPTIONS"]["init_command"] += "; PRAGMA synchronous=OFF"
elif "options" in DATABASES["default"]["OPTIONS"]:
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"

MEDIA_ROOT = os.environ.get("FILES", str(Path(tempfile.gettempdir()) / f"{name}_files"))

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
MIDDLEWARE.remove(
    "whitenoise.middleware.WhiteNoiseMiddleware"
)  # it wants the collected files; the live server has its own
