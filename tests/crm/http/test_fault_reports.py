"""What is sent to a Sentry has no data of a customer and no secret."""

import json
import logging
import sys

import pytest
import sentry_sdk
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import path
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

import crm.urls
from crm.http.fault_reports import start_fault_reports

SECRETS = ("helena@reunite.cz", "rnt_abcd0123456789abcdef", "Holý", "hunter2hunter2", "4242424242424242")


class Recorder(Transport):
    sent: list[str] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent += [json.dumps(item.payload.json, ensure_ascii=False) for item in envelope.items]


def fail(request, number):
    surname = "Holý"
    try:
        raise ValueError(f"Key (email)=(helena@reunite.cz) of {surname}")
    except ValueError:
        logging.getLogger("crm").exception("The key %s of %s failed", "rnt_abcd0123456789abcdef", surname)
        raise


urlpatterns = [path("faulty/<int:number>/", fail, name="fail"), *crm.urls.urlpatterns]


@pytest.fixture
def sent(settings, monkeypatch):
    """What a Sentry gets; afterwards nothing is sent any more."""
    settings.SENTRY_DSN, settings.ROOT_URLCONF = "https://key@sentry.example/1", __name__
    settings.MIDDLEWARE = ["crm.http.request_ids.identify"]
    monkeypatch.setattr(Recorder, "sent", [])
    begin = sentry_sdk.init
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: begin(**options, transport=Recorder))
    start_fault_reports()
    yield Recorder.sent
    begin(dsn=None)


def test_a_fault_is_sent_with_its_place_and_without_data(sent):
    client = Client(raise_request_exception=False)
    answer = client.post("/faulty/7/?q=helena@reunite.cz", {"password": "hunter2hunter2", "card": "4242424242424242"})

    reports = [json.loads(report) for report in sent]
    assert [report["exception"]["values"][-1]["type"] for report in reports] == ["ValueError", "ValueError"]
    assert reports[1]["exception"]["values"][-1]["stacktrace"]["frames"][-1]["function"] == "fail"
    assert reports[1]["transaction"] == "fail"
    assert reports[1]["tags"] == {"request_id": answer.headers["X-Request-ID"]}
    for report in reports:
        texts = "\n".join(texts_of(report))
        assert [secret for secret in SECRETS if secret in texts] == []
        assert {"request", "user", "breadcrumbs", "extra", "contexts"} & report.keys() == set()


def texts_of(report, name=""):
    """All texts but the lines of our source, in which this test has its secrets."""
    if isinstance(report, dict):
        for key, value in report.items():
            yield from texts_of(value, key)
    elif isinstance(report, list):
        for value in report:
            yield from texts_of(value, name)
    elif not name.endswith(("_line", "_context")):
        yield str(report)


def test_without_a_dsn_the_library_is_not_asked(settings, monkeypatch):
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: pytest.fail("it was asked"))
    start_fault_reports()


def test_a_missing_library_is_told_at_the_start(settings, monkeypatch):
    settings.SENTRY_DSN = "https://key@sentry.example/1"
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(ImproperlyConfigured, match="reunite"):
        start_fault_reports()
