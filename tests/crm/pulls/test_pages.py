"""Pulls on their pages: added, tested, run, changed and deleted."""

import pytest
from django.urls import reverse

from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from crm.pulls.models import Pull
from crm.pulls.start import start_pull
from crm.webhooks.signing import decrypt
from customers.models import DataSource
from orders.models import Import
from tests.factories import DataSourceFactory, signed_in
from tests.page_text import visible_text

FORM = {
    "source": "Old CRM",
    "login": "api",
    "password": "secret&",
    "zone": "America/New_York",
    "since": "2026-11-01",
    "every": "6",
}


@pytest.fixture
def browser(owner):
    return signed_in(owner)


def add(browser, account, **values):
    return browser.post(reverse("pulls:add"), FORM | {"url": account.url} | values)


def test_a_pull_is_added_with_a_data_source_of_its_own_and_its_password_is_shown_nowhere(browser, account):
    assert add(browser, account).url == reverse("pulls:list")
    pull = Pull.objects.get()
    assert (pull.data_source.name, decrypt(pull.encrypted), pull.next_at is None) == ("Old CRM", "secret&", False)
    for page in (reverse("pulls:list"), reverse("pulls:edit", args=[pull.pk])):
        assert "secret&" not in browser.get(page).content.decode().replace("&amp;", "&")


def test_what_cannot_be_pulled_is_refused_at_its_field(browser, account, pull):
    DataSource.staff()
    refusals = {
        "source": ["Staff", "Konnektive shop", "Old CRM"],
        "url": ["https://10.0.0.1/", "no address"],
        "password": [""],
        "since": ["2999-01-01"],
        "zone": ["Atlantis"],
    }
    for name, wrong in refusals.items():
        for value in wrong:
            answer = add(browser, account, **{"source": "New", name: value})
            assert (answer.status_code, list(answer.context["form"].errors)) == (422, [name]), (name, value)
    assert Pull.objects.count() == 1


def test_a_data_source_that_is_here_is_pulled_into(browser, account):
    source = DataSourceFactory(name="Shop")
    add(browser, account, source="Shop")
    assert Pull.objects.get().data_source == source


def test_the_connection_is_tested_and_a_refusal_shown(browser, account, pull):
    test = reverse("pulls:test", args=[pull.pk])
    assert "Old CRM answers. Customers changed there today: 0." in visible_text(browser.post(test, follow=True))
    Pull.objects.update(login="other")
    assert "Could not authenticate credentials" in visible_text(browser.post(test, follow=True))


def test_a_run_is_started_once(browser, pull):
    run = reverse("pulls:run", args=[pull.pk])
    assert browser.post(run).url == Job.objects.get().get_absolute_url()
    assert "has not ended" in visible_text(browser.post(run, follow=True))
    assert Job.objects.count() == 1
    assert f"Waiting Job {Job.objects.get().pk}" in visible_text(browser.get(reverse("pulls:list")))


def test_a_changed_pull_keeps_its_password_but_for_another_url(browser, pull):
    edit = reverse("pulls:edit", args=[pull.pk])
    sent = {"url": pull.url, "login": "api", "zone": "UTC", "every": "0", "password": ""}
    assert browser.post(edit, sent).url == reverse("pulls:list")
    changed = Pull.objects.get()
    assert (changed.zone, changed.next_at, decrypt(changed.encrypted)) == ("UTC", None, "secret&")
    assert list(browser.post(edit, sent | {"url": pull.url + "/other"}).context["form"].errors) == ["password"]


def test_a_deleted_pull_leaves_its_data_source(browser, pull):
    browser.post(reverse("pulls:delete", args=[pull.pk]))
    assert (Pull.objects.count(), DataSource.objects.filter(name="Old CRM").count()) == (0, 1)


def test_the_import_of_a_run_is_shown_while_it_runs_and_can_be_undone_from_its_page(browser, account, pull, owner):
    account.rows["customer"] = [{"customerId": 1, "emailAddress": "a@b.example", "dateUpdated": "2026-11-05 10:00:00"}]
    job = start_pull(pull, by=owner)
    page = reverse("imports:detail", args=[Import.objects.get().pk])
    assert "Old CRM" in visible_text(browser.get(page))
    while job.is_unfinished:
        job = take_turn(str(job.uuid), worker="w")
    undo = reverse("imports:undo", args=[Import.objects.get().pk])
    assert undo in browser.get(page).text
    assert "Konnektive" in visible_text(browser.get(reverse("imports:list")))
    assert browser.get(undo).status_code == 200


def test_a_pull_from_chartmogul_is_added_by_its_key_and_changed_without_entering_it_again(browser, account):
    add_page = reverse("pulls:add") + "?system=chartmogul"
    sent = {"source": "Billing", "url": account.url, "password": "key-1", "source_there": "Stripe", "every": "6"}
    assert list(browser.post(add_page, sent | {"password": ""}).context["form"].errors) == ["password"]
    assert browser.post(add_page, sent).url == reverse("pulls:list")
    pull = Pull.objects.get()
    entered = (pull.system, pull.data_source.system, pull.source_there, decrypt(pull.encrypted), pull.since)
    assert entered == ("chartmogul", "ChartMogul", "Stripe", "key-1", None)
    edit = reverse("pulls:edit", args=[pull.pk])
    assert "key-1" not in browser.get(edit).text
    assert browser.post(edit, {"url": account.url, "password": "", "source_there": "", "every": "0"}).status_code == 302
    changed = Pull.objects.get()
    assert (decrypt(changed.encrypted), changed.source_there, changed.next_at) == ("key-1", "", None)


def test_without_the_client_a_pull_from_chartmogul_says_what_to_install(browser, pull, monkeypatch):
    Pull.objects.update(system="chartmogul")
    monkeypatch.setattr("crm.pulls.chartmogul.run.find_spec", lambda name: None)
    test = browser.post(reverse("pulls:test", args=[pull.pk]), follow=True)
    assert "Install Reunite with the extra “pull”" in visible_text(test)
    job = start_pull(pull, by=None)
    assert "the extra “pull”" in take_turn(str(job.uuid), worker="w").message
