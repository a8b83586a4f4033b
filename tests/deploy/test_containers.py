"""The Dockerfile and the services of compose.yaml: what tools say of them, and what they promise."""

import json
import re
import subprocess

import pytest
import yaml
from django.conf import settings

from crm.help.topics import FOLDER as help_folder
from tests.deploy.tools import needs, needs_package

DEPLOY = settings.BASE_DIR / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "jobs")


@needs("hadolint")
def test_hadolint_finds_nothing():
    done = subprocess.run(["hadolint", str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


@needs_package("compose_spec")
def test_compose_is_what_its_specification_allows():
    from compose_spec import PyCompose

    assert PyCompose.from_json(json.dumps(COMPOSE)).name == "reunite"


def test_the_image_runs_as_a_user_without_a_name_and_is_asked_for_its_health():
    last = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "/healthz" in last


def copied() -> set[str]:
    copies = [line for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line]
    return {source for line in copies for source in line.split()[1:-1]}


def test_folders_that_the_program_reads_are_in_the_image():
    read = [help_folder, *settings.STATICFILES_DIRS, *settings.TEMPLATES[0]["DIRS"]]
    assert {str(folder.relative_to(settings.BASE_DIR)) for folder in read} <= copied()


def test_only_what_is_copied_reaches_the_build():
    ignored, *allowed = (DEPLOY / "Dockerfile.dockerignore").read_text().split("\n", 1)[1].split()
    assert ignored == "*"
    assert {name.removeprefix("!") for name in allowed if name.startswith("!")} == copied()


@pytest.mark.parametrize("name", OURS)
def test_our_services_have_no_privilege_and_write_to_volumes_only(name):
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_the_proxy_has_ports():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_every_secret_of_compose_must_be_given():
    needed = set(re.findall(r"\$\{(\w+):\?\}", (DEPLOY / "compose.yaml").read_text()))
    example = (DEPLOY / "compose.env.example").read_text()
    assert needed == {"SITE", "SECRET_KEY", "ENCRYPTION_KEYS", "POSTGRES_PASSWORD", "RABBITMQ_PASSWORD"}
    assert {name for name in needed if f"\n{name}=" not in example} == set()


def test_settings_of_compose_exist():
    known = "".join(path.read_text() for path in (settings.BASE_DIR / "crm" / "settings").glob("*.py"))
    names = {name for name in SERVICES["worker"]["environment"] if f'"{name}"' not in known}
    assert names == set()
