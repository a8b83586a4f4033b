from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.audit.models import AuditEntry
from customers.lib.pages import PAGE
from tests.exported import rows
from tests.factories import make_user, signed_in
from tests.page_text import visible_text
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor():
    return signed_in(make_user("auditor", {"audit.view_audit_log"}))


@pytest.fixture
def four(agent):
    """A sign-in of long ago, one that was refused, a merge and an export."""
    now = timezone.now()
    AuditEntry.objects.create(action="sign_in", by=agent, at=now - timedelta(days=9), text="Long ago.")
    AuditEntry.objects.create(action="sign_in", user=agent, is_refused=True, address="192.0.2.7", text="Wrong.")
    AuditEntry.objects.create(action="merge", by=agent, customer=61, request_id="7f3c9a1e", text="Merge 5: 62 into 61.")
    AuditEntry.objects.create(action="export", by=agent, text="Customers, CSV.")


WRONG, MERGE, EXPORT, OLD = "Wrong.", "Merge 5: 62 into 61.", "Customers, CSV.", "Long ago."


@table(
    ("filters", "shown"),
    [
        ({}, {WRONG, MERGE, EXPORT, OLD}),
        ({"q": "61"}, {MERGE}),
        ({"q": "192.0.2.7"}, {WRONG}),
        ({"q": "7f3c9a1e"}, {MERGE}),
        ({"action": "sign_in"}, {WRONG, OLD}),
        ({"result": "refused"}, {WRONG}),
        ({"result": "done", "action": "sign_in"}, {OLD}),
        ({"since": "today"}, {WRONG, MERGE, EXPORT}),
        ({"until": "last week"}, {OLD}),
        ({"action": "no such action"}, {WRONG, MERGE, EXPORT, OLD}),
    ],
)
def test_the_list_shows_what_its_filters_say(filters, shown, auditor, four):
    days = {"today": timezone.now(), "last week": timezone.now() - timedelta(days=7)}
    sent = {name: f"{days[value]:%Y-%m-%d}" if value in days else value for name, value in filters.items()}
    page = visible_text(auditor.get(reverse("audit:list"), sent))
    assert {text for text in (WRONG, MERGE, EXPORT, OLD) if text in page} == shown


def test_the_filter_by_user_shows_what_they_did(auditor, four, agent):
    page = visible_text(auditor.get(reverse("audit:list"), {"by": agent.pk}))
    assert WRONG not in page
    assert MERGE in page


def test_pages_follow_each_other(auditor):
    for number in range(PAGE + 2):
        AuditEntry.objects.create(action="export", text=f"Entry {number} of many.")
    first = auditor.get(reverse("audit:list"), {"action": "export"})
    following = first.context["page"].following
    second = auditor.get(reverse("audit:list"), {"action": "export", "before": str(following)})

    assert [entry.text for entry in second.context["page"].rows] == ["Entry 1 of many.", "Entry 0 of many."]
    assert second.context["page"].following is None


def test_the_file_has_the_entries_of_the_filter(auditor, four):
    file = rows(auditor, "audit", action="merge")
    assert [(row["Details"], row["Customer"], row["Request ID"]) for row in file] == [(MERGE, "61", "7f3c9a1e")]


def test_customers_and_users_are_links_only_for_who_may_open_them(auditor, four):
    page = auditor.get(reverse("audit:list")).text
    assert 'href="/customers/61/"' not in page
    assert "Customer 61" in page


def test_a_user_with_this_permission_alone_finds_the_page(auditor):
    assert f'href="{reverse("audit:list")}"' in auditor.get("/", follow=True).text
