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
