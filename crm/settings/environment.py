"""The environment with the `.env` beside the code, or the file of ENV_FILE, and what several settings depend on."""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
env_file = Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
if "ENV_FILE" in os.environ and not env_file.exists():
    raise ImproperlyConfigured(f"ENV_FILE names {env_file}, which is not there. Correct it, or unset it to use .env.")
env.read_env(env_file)

DEBUG = env.bool("DEBUG", default=False)  # Django's own error pages, with the code that failed
DEVELOPMENT = env.bool("DEVELOPMENT", default=DEBUG)  # plain HTTP, static files from where they are written, the demo


def kept(name: str, default: int, *, least: int = 0) -> int:
    number: int = env.int(name, default=default)
    if number < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}.")
    return number
