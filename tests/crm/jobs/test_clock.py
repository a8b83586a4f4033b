"""What runs at set times runs once, however many workers look at the clock."""

import threading
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
import time_machine
from django.core.management import CommandError

from crm.jobs import clock
from crm.jobs.clock import Scheduled, daily, every, hourly, run, take_due
from crm.jobs.models import Schedule
from tests.crm.jobs.worker_processes import wait_until

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def run_due() -> list[str]:
    due = take_due()
    for scheduled in due:
        run(scheduled)
    return [scheduled.name for scheduled in due]


def only(monkeypatch, *scheduled: Scheduled) -> None:
    monkeypatch.setattr(clock, "SCHEDULED", list(scheduled))


def test_times_follow_each_other():
    assert every(minutes=5)(NOON) == NOON + timedelta(minutes=5)
    assert (hourly(7)(NOON), hourly(0)(NOON)) == (NOON.replace(minute=7), NOON.replace(hour=13))
    assert daily(12, 0)(NOON) == NOON + timedelta(days=1)
    assert daily(13, 30)(NOON) == NOON.replace(hour=13, minute=30)


def test_an_act_runs_when_it_is_due_and_then_not_before_its_next_time(monkeypatch):
    ran = []
    only(monkeypatch, Scheduled("sweep", every(minutes=5), lambda: ran.append(1) or "3 deleted."))
    with time_machine.travel(NOON, tick=False) as now:
        assert run_due() == []  # it is only entered
        now.shift(301)
        assert (run_due(), run_due()) == (["sweep"], [])
        now.shift(7200)  # what was missed is not made up for
        assert (run_due(), run_due()) == (["sweep"], [])
    row = Schedule.objects.get()
    assert (len(ran), row.message, row.started) == (2, "3 deleted.", row.ended)


def test_workers_at_the_same_moment_run_it_once(monkeypatch, run_together):
    ran = []
    only(monkeypatch, Scheduled("sweep", hourly(7), lambda: ran.append(1)))
    run_due()
    Schedule.objects.update(next_at=NOON - timedelta(days=400))
    run_together(*[run_due] * 4)
    assert ran == [1]


@pytest.fixture
def clock_thread(transactional_db, monkeypatch):
    """The clock of a worker, which looks all the time; what it logs of faults."""
    faults, stopping = [], Event()
    monkeypatch.setattr(threading, "excepthook", lambda fault: faults.append(fault.exc_type))
    thread = Thread(target=clock.keep_time, args=[stopping], kwargs={"pause": 0.01})
    yield lambda: (thread.start(), faults)[1]
    stopping.set()
    thread.join(timeout=20)


def test_neither_a_long_act_nor_one_that_fails_keeps_the_others_from_running(monkeypatch, clock_thread):
    others_ran, long_ended = Event(), []

    def refuse():
        raise CommandError("No gateway is set up.")

    def break_down():
        raise ZeroDivisionError("the secret of a customer")

    def take_long():
        long_ended.append(others_ran.wait(timeout=20))

    acts = {"long": take_long, "refused": refuse, "broken": break_down, "fine": others_ran.set}
    only(monkeypatch, *(Scheduled(name, daily(12, 0), act) for name, act in acts.items()))
    take_due()
    Schedule.objects.update(next_at=NOON - timedelta(days=400))
    faults = clock_thread()
    wait_until(lambda: Schedule.objects.filter(ended=None).count() == 0)

    assert (long_ended, faults) == ([True], [ZeroDivisionError])
    messages = dict(Schedule.objects.values_list("name", "message"))
    assert messages == {"long": "", "refused": "No gateway is set up.", "broken": clock.FAULT, "fine": ""}


def test_an_act_that_still_runs_here_is_not_begun_again(monkeypatch):
    only(monkeypatch, Scheduled("sweep", every(minutes=5), lambda: None))
    take_due()
    Schedule.objects.update(next_at=NOON - timedelta(days=400))
    assert take_due(running={"sweep"}) == []
    assert [scheduled.name for scheduled in take_due()] == ["sweep"]


def test_an_act_that_nothing_needs_is_left_out(monkeypatch, settings):
    """Without a gateway the log would have the same warning every five minutes."""
    only(monkeypatch, *(scheduled for scheduled in clock.SCHEDULED if scheduled.name == "settle_pending"))
    run_due()
    Schedule.objects.update(next_at=NOON - timedelta(days=400))
    settings.PAYMENT_GATEWAY = ""
    assert run_due() == []
    settings.PAYMENT_GATEWAY = "orders.payments.sandbox.SandboxGateway"
    assert run_due() == ["settle_pending"]


def test_every_act_of_the_clock_runs(db, settings):
    run_due()
    Schedule.objects.update(next_at=NOON - timedelta(days=400))
    assert run_due() == [scheduled.name for scheduled in clock.SCHEDULED]
    messages = dict(Schedule.objects.values_list("name", "message"))
    assert messages["settle_pending"] == "Resolved: 0. Still without an answer: 0."
    assert messages["purge"].endswith("Webhook deliveries: 0 deliveries older than 30 days deleted (WEBHOOK_DAYS).")
