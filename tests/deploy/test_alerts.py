"""Alert rules and the dashboard ask for numbers that exist, and every rule has a test that makes it speak."""

import json
import re
import subprocess
from pathlib import Path

import yaml
from prometheus_client import CollectorRegistry

from crm.metrics.numbers import COUNTED
from crm.metrics.stored import StoredNumbers
from tests.deploy.tools import needs
from tests.tables import table

ROOT = Path(__file__).parents[2]
RULES, TESTS = ROOT / "deploy/prometheus/alerts.yaml", ROOT / "deploy/prometheus/alerts_test.yaml"
DASHBOARD = ROOT / "deploy/grafana/reunite.json"
NUMBER = re.compile(r"\breunite_\w+")
SUFFIX = re.compile(r"_(bucket|sum|count|total)$")


def rules() -> list[dict]:
    [group] = yaml.safe_load(RULES.read_text())["groups"]
    return group["rules"]


def questions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [rule["expr"] for rule in rules()] + [target["expr"] for panel in panels for target in panel["targets"]]


def exposed() -> set[str]:
    stored = CollectorRegistry()
    stored.register(StoredNumbers())
    return {family.name for registry in (COUNTED, stored) for family in registry.collect()}


def test_rules_and_dashboard_ask_for_numbers_that_exist(db):
    asked = {SUFFIX.sub("", name) for question in questions() for name in NUMBER.findall(question)}
    assert asked - exposed() == set()


def test_the_dashboard_shows_every_number(db):
    panels = DASHBOARD.read_text()
    assert {name for name in exposed() if name not in panels} == set()


def test_operations_explains_every_number(db):
    explained = (ROOT / "docs/operations.md").read_text()
    assert {name for name in exposed() if name not in explained} == set()


def test_every_rule_is_made_to_speak_and_to_be_silent():
    cases = [case for test in yaml.safe_load(TESTS.read_text())["tests"] for case in test["alert_rule_test"]]
    names = {rule["alert"] for rule in rules()}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == names
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == names


@needs("promtool")
@table("arguments", [("check", "rules", str(RULES)), ("test", "rules", str(TESTS))])
def test_prometheus_agrees(arguments):
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_operations_explains_every_check():
    explained = (ROOT / "docs/operations.md").read_text()
    ids = set(re.findall(r'id="(crm\.[EW]\d+)"', (ROOT / "crm/checks.py").read_text()))
    assert {name for name in ids if f"`{name}`" not in explained} == set()
