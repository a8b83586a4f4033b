"""The database itself refuses to change entries, on both databases; only the purge deletes, and only what is due."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from crm.audit import log
from crm.audit.models import AuditEntry, AuditPurge
from crm.audit.triggers import CREATE
from customers.lib.audit import AuditAction

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _triggers(db):
    """Tests make their tables without migrations."""
    with connection.cursor() as cursor:
        for statement in CREATE[connection.vendor]:
            cursor.execute(statement)


@pytest.fixture
def old_and_new():
    now = timezone.now()
    return [AuditEntry.objects.create(action="merge", at=now - timedelta(days=days)) for days in (401, 399)]


def refused(act):
    with pytest.raises(Error, match="audit log"), transaction.atomic():
        act()


def test_an_entry_cannot_be_changed_or_deleted(old_and_new):
    rows = AuditEntry.objects.all()
    refused(lambda: rows.update(text="Nothing happened."))
    refused(lambda: rows._raw_delete(rows.db))
    assert rows.count() == 2


@pytest.mark.postgres
def test_the_log_cannot_be_emptied():
    refused(lambda: connection.cursor().execute("TRUNCATE audit_auditentry"))


def test_entries_are_written_all_the_same():
    log.write(AuditAction.SIGN_OUT)
    assert AuditEntry.objects.count() == 1


def purge(*options):
    out = StringIO()
    call_command("purge_audit_log", *options, stdout=out)
    return out.getvalue().strip()


def test_the_purge_deletes_what_is_older_than_the_setting(old_and_new):
    assert purge("--dry-run") == "1 would be deleted."
    assert AuditEntry.objects.count() == 2
    assert purge() == "1 deleted."
    assert list(AuditEntry.objects.all()) == old_and_new[1:]


def test_a_purge_never_takes_newer_entries_along(old_and_new):
    AuditPurge.objects.create(before=timezone.now() - timedelta(days=400))
    refused(lambda: AuditEntry.objects.all()._raw_delete("default"))


def test_a_purge_leaves_nothing_that_would_allow_another_deletion(old_and_new):
    purge()
    assert not AuditPurge.objects.exists()
