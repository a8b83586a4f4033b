"""A rule over all customers, and its back-test, as jobs."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import timezone

from crm.jobs.kinds import rule_run
from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from crm.rules.start import start_back_test, start_run
from customers.models import Merge, MergeMember
from customers.models.rule import BackTest, RuleState
from tests.acts import refusal, undo
from tests.crm.jobs.worker_processes import kill_in_mid_job, wait_until
from tests.customers.invariants import check_owners_and_caches
from tests.database import reloaded
from tests.factories import make_user
from tests.factories.rules import known_as, make_rule
from tests.threads import Held, start_in_thread, wait_until_blocked

PERMISSIONS = ("customers.manage_mergerule", "customers.merge_customer")


@pytest.fixture
def jane(db):
    return make_user("jane", PERMISSIONS)


def make_groups(number: int) -> None:
    for group in range(number):
        for source in ("Shop", "Marketplace"):
            known_as(email=f"person{group}@home.example", source=source)


def work(job: Job) -> Job:
    for _ in range(20):
        take_turn(str(job.uuid), worker="one")
        job.refresh_from_db()
        if not job.is_unfinished:
            break
    return job


def test_a_run_merges_every_group_there_is(jane, monkeypatch):
    monkeypatch.setattr(rule_run, "AT_ONCE", 2)
    rule = make_rule("email-name")
    make_groups(5)
    job = work(start_run(rule, by=jane))
    assert (job.state, job.counts, job.message) == ("done", {"Groups merged": 5}, "")
    assert Merge.objects.filter(rule=rule).count() == 5


def test_a_run_ends_when_its_rule_stops_itself_or_is_turned_off(jane):
    rule = make_rule("email-name", owner=jane)
    make_groups(4)
    work(start_run(rule, by=jane))
    for merged in Merge.objects.all()[:3]:
        undo(merged)
    make_groups(6)
    job = work(start_run(rule, by=jane))
    assert (job.state, reloaded(rule).state, Merge.objects.count()) == ("done", RuleState.STOPPED, 4)
    assert reloaded(jane).has_notices
    assert "Turn the rule on first" in refusal(start_run, reloaded(rule), by=jane)


def test_a_back_test_of_a_rule_that_was_changed_meanwhile_ends(jane):
    rule = make_rule("email-name", state=RuleState.OFF)
    make_groups(2)
    job = start_back_test(rule, by=jane)
    assert start_back_test(reloaded(rule), by=jane) == job
    assert reloaded(rule).state == RuleState.DRY_RUN
    type(rule).objects.update(version=2)
    assert work(job).state == "failed"

    job = work(start_back_test(reloaded(rule), by=jane))
    assert (job.state, len(BackTest.objects.latest("pk").sample)) == ("done", 2)
    assert not Merge.objects.exists()


@pytest.mark.postgres
@pytest.mark.parametrize("start_job", [start_run, start_back_test])
def test_two_who_start_a_job_of_a_rule_at_one_moment_get_the_same(transactional_db, jane, start_job):
    rule = make_rule("email-name")
    with ThreadPoolExecutor(1) as threads:
        with Held(lambda: start_job(rule, by=jane)):
            second = start_in_thread(threads, lambda: start_job(rule, by=jane))
            wait_until_blocked()
        assert second.result(timeout=30) == Job.objects.get()


def test_a_deleted_rule_starts_nothing(jane):
    rule = make_rule("email-name")
    type(rule).objects.update(deleted_at=timezone.now())
    for start_job in (start_run, start_back_test):
        assert refusal(start_job, rule, by=jane) == "This rule was deleted. Nothing was started."


def test_a_run_whose_worker_is_killed_merges_each_group_once(transactional_db, start_worker):
    rule, groups = make_rule("email-name"), 25
    make_groups(groups)
    job = start_run(rule, by=None)
    workers = [start_worker(), start_worker()]
    kill_in_mid_job(workers, job, done=1)
    Job.objects.exclude(lease=None).update(lease_until=timezone.now())  # nobody waits for minutes
    wait_until(lambda: not Job.objects.get(pk=job.pk).is_unfinished)
    assert Merge.objects.count() == MergeMember.objects.count() == groups
    check_owners_and_caches()
