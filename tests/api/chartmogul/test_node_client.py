"""The published client for Node, unmodified, against a server of the test: a script for each group of resources."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.models import Customer
from tests.api.caller import Caller
from tests.api.chartmogul.known_customers import record
from tests.factories import DataSourceFactory

SCRIPTS = Path(__file__).parent / "node"
NODE = shutil.which("node")
CLIENT = Path(__file__).parents[2] / "node_modules" / "chartmogul-node"

pytestmark = pytest.mark.django_db


@pytest.fixture
def tell(live_server):
    """Run a script; {name of the call: what was answered}, with how it was refused where it was."""
    if not (NODE and CLIENT.exists()):
        pytest.skip("chartmogul-node is not installed: there is no npm")

    def run(script: str, caller: Caller, **parameters: str) -> dict[str, Any]:
        done = subprocess.run(
            [NODE, SCRIPTS / f"{script}.js", live_server.url, json.dumps(parameters)],
            env={"PATH": os.environ["PATH"], "API_KEY": caller.token},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert not done.stderr
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return {line["name"]: line.get("answer", line.get("refused")) for line in lines}

    return run


def uuids(answer: dict[str, Any], key: str = "entries", uuid: str = "uuid") -> list[str]:
    return [row[uuid] for row in answer[key]]


def test_account_and_data_sources(tell):
    said = tell("account", Caller())
    assert said["ping"] == {"data": "pong!"}
    assert said["account"]["id"].startswith("acc_")
    assert said["rules"] == said["account"] | {"refund_handling": "refund_ignore"}
    assert said["all"] == {"data_sources": [said["create"]]}
    assert said["retrieve"] == said["create"]
    assert said["destroyed"]["status"] == 404


def test_customers_with_merge_and_unmerge(tell):
    said = tell("customers", Caller(), source=DataSourceFactory(name="Shop").uuid)
    ada, other = said["create"]["uuid"], said["create another"]["uuid"]
    assert (uuids(said["all"]), said["all"]["has_more"]) == ([ada], True)
    assert {*uuids(said["search"])} == {ada, other}
    assert said["retrieve"]["external_ids"] == ["1"]
    assert said["modify"]["company"] == "Initrode"
    assert {*said["add tags"]["tags"]} == {"new", "vip"}
    assert {*uuids(said["add tags by email"])} == {ada, other}
    assert {*said["remove tags"]["tags"]} == {"both", "vip"}
    assert said["add custom"] == {"custom": {"plan": "gold"}}
    assert said["update custom"] == {"custom": {"plan": "silver", "seats": 3}}
    assert said["remove custom"]["custom"] == {"plan": "silver"}
    assert {*said["attributes"]["tags"]} == {"both", "vip"}
    assert said["merge"] == said["merge again"] == {}
    assert said["retrieve merged"]["uuid"] == ada
    assert {*said["retrieve merged"]["external_ids"]} == {"1", "2"}
    assert said["unmerge"] == {}
    assert uuids(said["retrieve unmerged"]) == [other]
    assert said["destroy"] in ({}, None, "")
    assert said["retrieve destroyed"]["status"] == 404


def test_contacts_notes_opportunities_and_tasks(tell):
    caller, of = Caller(), record()
    customer = of.customer.uuid
    said = tell("selling", caller, source=of.data_source.uuid, customer=customer, email=caller.user.email)
    assert said["create contact"]["custom"] == {"Toggle": False}
    contacts = [said["create contact of customer"]["uuid"], said["create contact"]["uuid"]]
    assert uuids(said["all contacts"]) == uuids(said["contacts of customer"]) == contacts
    assert said["modify contact"] == said["retrieve contact"] | {"title": "CEO"}
    assert said["merge contacts"] == said["modify contact"] | {"phone": "+44 1", "customer_uuid": None}
    notes = [said["create note of customer"]["uuid"], said["create note"]["uuid"]]
    assert (uuids(said["all notes"]), uuids(said["notes of customer"])) == (notes, notes[:1])
    assert said["patch note"]["text"] == "Hi"
    deals = [said["create opportunity of customer"]["uuid"], said["create opportunity"]["uuid"]]
    assert uuids(said["all opportunities"]) == uuids(said["opportunities of customer"]) == deals
    assert said["patch opportunity"]["win_likelihood"] == 40
    tasks = [said["create task of customer"]["task_uuid"], said["create task"]["task_uuid"]]
    assert uuids(said["all tasks"], uuid="task_uuid") == uuids(said["tasks of customer"], uuid="task_uuid") == tasks
    assert said["patch task"]["completed_at"] == "2025-04-20T00:00:00.000Z"
    for kind in ("contact", "note", "opportunity", "task"):
        assert said[f"destroy {kind}"] == {}
        assert said[f"retrieve {kind}"].get("uuid", "task") in (*contacts, *notes, *deals, "task")


def test_plans_invoices_line_items_and_transactions(tell):
    of = record()
    said = tell("billing", Caller(), source=of.data_source.uuid, customer=of.customer.uuid)
    assert not {name: answer for name, answer in said.items() if isinstance(answer, dict) and "kind" in answer}
    plan, group = said["create plan"]["uuid"], said["create plan group"]["uuid"]
    assert uuids(said["all plans"], "plans") == uuids(said["plans of group"], "plans") == [plan]
    assert uuids(said["all plan groups"], "plan_groups") == [group]
    assert said["modify plan"]["name"] == "Golden"
    assert said["modify plan group"]["name"] == "Noble metals"
    invoice = said["create invoices"]["invoices"][0]
    assert (
        uuids(said["invoices of customer"], "invoices") == uuids(said["all invoices"], "invoices") == [invoice["uuid"]]
    )
    assert said["retrieve invoice"]["line_items"][0]["uuid"] == invoice["line_items"][0]["uuid"]
    assert said["modify invoice"]["due_date"] == "2016-02-01T00:00:00.000Z"
    assert (said["disable invoice"]["disabled"], said["enable invoice"]["disabled"]) == (True, False)
    assert said["retrieve line item"]["uuid"] == said["create line item"]["uuid"]
    assert said["modify line item"]["quantity"] == 2
    assert said["retrieve transaction"]["uuid"] == said["create transaction"]["uuid"]


def test_subscriptions_activities_and_events(tell):
    of = record()
    caller = Caller()
    gold = {"data_source_uuid": of.data_source.uuid, "name": "Gold", "interval_count": 1, "interval_unit": "month"}
    plan = caller.post("plans", gold).json()["uuid"]
    parameters = {
        "source": of.data_source.uuid,
        "customer": of.customer.uuid,
        "external_id": of.external_id,
        "plan": plan,
    }
    said = tell("subscriptions", caller, **parameters)
    assert not {name: answer for name, answer in said.items() if isinstance(answer, dict) and "kind" in answer}
    assert {*uuids(said["subscriptions"], uuid="external_id")} == {"old", "new"}
    assert (len(said["first page"]["entries"]), said["first page"]["has_more"]) == (1, True)
    assert uuids(said["activities"], uuid="type") == ["new_biz", "expansion"]
    assert uuids(said["all activities"], uuid="customer-external-id") == [of.external_id]
    assert said["cancel"]["cancellation_dates"] == ["2016-02-01T00:00:00.000Z"]
    assert "contraction" in uuids(said["after the cancellation"], uuid="type")
    assert said["connect"] == said["disconnect"] == {}
    assert [len(said[key]["entries"]) for key in ("connected", "disconnected")] == [1, 2]
    assert uuids(said["all events"], "subscription_events", "id") == [said["create event"]["id"]]
    assert said["update event"]["event_date"] == "2016-02-28T00:00:00.000Z"
    assert said["disable event"]["disabled"] is True


def test_what_is_refused_rejects_with_its_status_and_body(tell):
    caller = Caller(*(ALL_PERMISSIONS - {"customers.delete_customer"}))
    said = tell("refusals", caller, source=DataSourceFactory().uuid)
    for status in ("400", "401", "403", "404"):
        assert said[status]["status"] == said[status]["body"]["code"] == int(status)
    assert (said["422"]["status"], said["422"]["body"]["errors"].keys()) == (422, {"email"})
    assert (said["no config"]["kind"], said["page"]["kind"]) == ("ConfigurationError", "DeprecatedParamError")
    assert not Customer.objects.exists()
