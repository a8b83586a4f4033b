"""What is not wanted for ever is deleted at its time, a line for each kind, and nothing else."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from axes.models import AccessAttempt
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from crm.accounts.models import Session
from crm.audit.models import AuditEntry
from crm.jobs import retention
from crm.jobs.models import Job
from crm.jobs.retention import RETAINED
from crm.settings.environment import kept
from crm.webhooks.models import Delivery
from customers.lib import batches
from customers.merging import drafts
from customers.models import Event, MergeDraft
from orders.models import IdempotencyKey, Import, Reconciliation
from tests.factories import CustomerFactory, make_user, order
from tests.factories.webhooks import delivery_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LABELS = [kind.label for kind in RETAINED]


def purge(*options: str) -> dict[str, str]:
    """What the command says, by kind."""
    out = StringIO()
    call_command("purge", *options, stdout=out)
    return dict(line.split(": ", 1) for line in out.getvalue().splitlines())


def make_one_of_each(user, *, age_of) -> None:
    """Each `age_of` what its kind is kept for."""
    now = timezone.now()

    def since(kept_for: timedelta):
        return now - age_of(kept_for)

    day = timedelta(days=1)
    AuditEntry.objects.create(action="merge", at=since(400 * day))
    attempt = AccessAttempt.objects.create(username="x", ip_address="192.0.2.1", failures_since_start=1)
    AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=since(day))
    Session.objects.create(session_key=f"{now}", expire_date=since(12 * day / 24) + 12 * day / 24, last_seen=now)
    draft = drafts.keep([CustomerFactory(), CustomerFactory()], {}, by=user, seen={})
    MergeDraft.objects.filter(pk=draft.pk).update(expires=since(day) + day)
    Job.objects.create(kind="count", state="done", ended=since(7 * day))
    Import.objects.create(name="a.csv", source_name="Shop", created=since(7 * day), state="done")
    call = DBTaskResult.objects.create(args_kwargs={}, status=TaskResultStatus.SUCCESSFUL)
    DBTaskResult.objects.filter(pk=call.pk).update(enqueued_at=since(day))
    for made, kept_for in ((order().order, 30 * day), (None, day)):
        key = IdempotencyKey.objects.create(caller=user, key=f"{now} {made}", request_digest="x", order=made)
        IdempotencyKey.objects.filter(pk=key.pk).update(created=since(kept_for))
    age = age_of(400 * day)
    Reconciliation.objects.create(day=(now - age - (day if age > 400 * day else -day)).date(), is_listed=True)
    Event.objects.all().delete()
    delivery = delivery_of(CustomerFactory())
    Event.objects.all().update(at=now)
    Delivery.objects.filter(pk=delivery.pk).update(state="delivered", sent_at=since(30 * day), event=None)
    Event.objects.filter(customer=delivery.customer).update(at=since(90 * day))
    Event.objects.exclude(customer=delivery.customer).delete()


def numbers(lines: dict[str, str]) -> dict[str, int]:
    return {label: int(line.split()[0]) for label, line in lines.items()}


@pytest.fixture
def user():
    return make_user("jane")


def test_what_is_due_is_counted_then_deleted_then_gone(user, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 1)
    make_one_of_each(user, age_of=lambda kept_for: kept_for + MINUTE)
    lines = purge("--dry-run")
    assert numbers(lines) == dict.fromkeys(LABELS, 1)
    assert lines["Audit log"] == "1 entry older than 400 days would be deleted (AUDIT_DAYS)."
    assert lines["Merge drafts"] == "1 draft older than 24 hours would be deleted (MERGE_DRAFT_HOURS)."
    assert numbers(purge()) == dict.fromkeys(LABELS, 1)
    assert numbers(purge()) == dict.fromkeys(LABELS, 0)
    assert not AuditEntry.objects.filter(action="merge").exists()
    assert not Event.objects.exists()


def test_what_is_younger_is_kept(user):
    make_one_of_each(user, age_of=lambda kept_for: kept_for - MINUTE)
    assert numbers(purge("--dry-run")) == numbers(purge()) == dict.fromkeys(LABELS, 0)
    assert AuditEntry.objects.filter(action="merge").exists()


def test_nothing_is_deleted_of_what_is_kept_for_ever(user, settings):
    may_be_kept = {
        "AUDIT_DAYS",
        "JOB_FILES_DAYS",
        "IMPORT_FILES_DAYS",
        "EVENTS_DAYS",
        "WEBHOOK_DAYS",
        "ORDER_KEY_DAYS",
    } | {"RECONCILIATION_DAYS"}
    for name in may_be_kept:
        setattr(settings, name, 0)
    make_one_of_each(user, age_of=lambda kept_for: kept_for * 100)
    lines = purge()
    assert {kind.setting for kind in RETAINED if "kept for ever" in lines[kind.label]} == may_be_kept
    assert lines["Audit log"] == "kept for ever (AUDIT_DAYS=0)."
    assert IdempotencyKey.objects.get().order


def test_a_kind_that_fails_is_named_and_keeps_no_other(user, monkeypatch):
    make_one_of_each(user, age_of=lambda kept_for: kept_for + MINUTE)

    def fail() -> int:
        raise DatabaseError("the disk is full")

    broken = [
        kind if kind.label != "Audit log" else retention.RetainedKind(**{**vars(kind), "delete": fail})
        for kind in RETAINED
    ]
    monkeypatch.setattr(retention, "RETAINED", broken)
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 12 kinds could not be purged"):
        call_command("purge", stdout=out)
    assert "Audit log: failed: the disk is full" in out.getvalue()
    assert not Event.objects.exists()
    assert AuditEntry.objects.filter(action="merge").exists()


def test_a_purge_that_was_killed_in_the_middle_goes_on_the_next_time(user, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 1)
    now = timezone.now()
    Event.objects.bulk_create(
        Event(kind="customer.updated", customer=n, at=now - timedelta(days=100)) for n in range(3)
    )
    delete = Event.objects.all().__class__.delete
    calls = []

    def killed(rows):
        calls.append(rows)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return delete(rows)

    with monkeypatch.context() as patched:
        patched.setattr(Event.objects.all().__class__, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            retention.events.purge()
    assert Event.objects.count() == 2
    assert numbers(purge())["Events"] == 2


def test_a_setting_below_its_least_is_refused(monkeypatch):
    monkeypatch.setenv("AUDIT_DAYS", "-1")
    with pytest.raises(ImproperlyConfigured, match="AUDIT_DAYS must be at least 0"):
        kept("AUDIT_DAYS", 400)


def test_every_setting_is_in_the_example_and_in_the_documents():
    settings = {kind.setting for kind in RETAINED}
    for file in (".env.example", "docs/privacy.md"):
        text = (project.BASE_DIR / file).read_text()
        assert {name for name in settings if not re.search(rf"\b{name}\b", text)} == set(), file
