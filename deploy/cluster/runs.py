"""What is done to the site while the load runs, and what must hold; each run returns a line of the table."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from deploy.cluster import balance, processes
from deploy.cluster.consumed import cpu_seconds
from deploy.cluster.load import Load, ask
from deploy.cluster.places import NODES, PRIMARY, WEB
from deploy.cluster.program import wait_until
from deploy.cluster.site import Site, has_synchronous_standby, postmaster, primary
from deploy.cluster.sql import execute, value

LONGEST_GAP = 20
WRONG_KEYS = 50
WINDOW, LONGEST_COUNT = 15 * 60, 45


@dataclass
class Line:
    run: str
    held: bool
    told: str


@dataclass
class Window:
    start: float
    end: float = 0


@contextmanager
def window() -> Iterator[Window]:
    measured = Window(time.monotonic())
    yield measured
    measured.end = time.monotonic()


def steady(site: Site, load: Load, seconds: float) -> Line:
    webs = [
        program.process.pid for program in site.programs.values() if program.name.startswith("web") and program.process
    ]
    database = postmaster(primary())
    before = cpu_seconds(*webs), cpu_seconds(database)
    with window() as run:
        time.sleep(seconds)
    after = cpu_seconds(*webs), cpu_seconds(database)
    failures = load.failures(run.start, run.end)
    answers = [answer for answer in load.answers if run.start <= answer.at < run.end]
    of_webs, of_database = ((b - a) * 1000 / max(len(answers), 1) for a, b in zip(before, after, strict=True))
    told = (
        f"{len(answers)} answers in {seconds:.0f} s, {sum(failures.values())} of them 5xx or lost; CPU an answer:"
        f" web servers {of_webs:.0f} ms, primary {of_database:.0f} ms"
    )
    return Line("load: imports 60 %, pages 25 %, merges 10 %, undos 5 %", not failures and bool(answers), told)


def primary_killed(site: Site, load: Load, times: int) -> Line:
    webs = [site.programs[f"web-{node}"].process for node in NODES]
    gaps = []
    for _ in range(times):
        before = primary()
        with window() as run:
            os.kill(postmaster(before), signal.SIGKILL)
            wait_until(partial(is_primary_other_than, before), "No other node became the primary.")
            wait_until(has_synchronous_standby, "The former primary did not come back.", seconds=150)
            time.sleep(5)
        gaps.append(load.gap(run.start, run.end))
    ended = [web for web in webs if web is None or web.poll() is not None]
    told = (
        f"longest gap without an acknowledged change {max(gaps):.1f} s, each: {', '.join(f'{gap:.1f}' for gap in gaps)}"
    )
    return Line(f"kill -9 of the primary, {times} times", max(gaps) <= LONGEST_GAP and not ended, told)


def standby_killed(site: Site, load: Load) -> Line:
    """In the middle of pages that read it: they are read from the primary."""
    standby = next(node for node in NODES if node != primary())
    with window() as run:
        os.kill(postmaster(standby), signal.SIGKILL)
        time.sleep(3)
        wait_until(has_synchronous_standby, "The standby did not come back.", seconds=150)
        time.sleep(3)
    failures = sum(load.failures(run.start, run.end).values())
    pages = sum(answer.act == "page" and run.start <= answer.at < run.end for answer in load.answers)
    told = f"{failures} failures, {pages} pages; {load.gap(run.start, run.end):.1f} s without an acknowledged change"
    return Line("kill -9 of the standby, which pages read", not failures and bool(pages), told)


def is_primary_other_than(before: str) -> bool:
    return primary() not in {"", before}


def others_killed(site: Site, load: Load, pause: float) -> Line:
    """Each is started again at once, as systemd does."""
    told, held = [], True
    start_job = "from crm.jobs import control; from crm.accounts.models import User; "
    start_job += (
        "from crm.jobs.kinds import rebuild; print(control.start(rebuild.REBUILD, {}, by=User.objects.get()).pk)"
    )
    job = processes.manage("shell", "--no-imports", "--command", start_job).splitlines()[-1]
    for name in ("web-a", "worker-a", "celery-a", "rabbitmq", "redis", "pgbouncer"):
        program = site.programs[name]
        with window() as run:
            if name == "redis":
                wait_for_whole_window()
            program.kill()
            if name == "redis":
                status, _ = ask("GET", "/v1/customers?per_page=1", token=load.token)
                limited = refused_after(4 * WRONG_KEYS + 20, address="192.0.2.2")
                held &= status == 200 and limited
                told.append(f"without redis a good key {status}, wrong ones {'limited' if limited else 'not limited'}")
            program.start()
            time.sleep(pause)
        told.append(f"{name} {load.gap(run.start, run.end):.0f} s")
    wait_until(lambda: state_of(job) in {"DONE", "FAILED"}, "The job did not end.", seconds=150)
    held &= state_of(job) == "DONE"
    return Line(
        "kill -9 of web, worker, broker, cache, PgBouncer", held, f"gaps: {', '.join(told)}; job {state_of(job)}"
    )


def state_of(job: str) -> str:
    return str(value(PRIMARY, "SELECT state FROM jobs_job WHERE id = %s", [job])).upper()


def wait_for_whole_window() -> None:
    """Wrong keys are counted by quarters of an hour, as the clock has them."""
    left = WINDOW - time.time() % WINDOW
    if left < LONGEST_COUNT:
        time.sleep(left)


def refused_after(tries: int, *, address: str) -> bool:
    return any(wrong_key(address, nth) == 429 for nth in range(tries))


def wrong_key(address: str, nth: int) -> int:
    """What one node and then the other answers."""
    node = NODES[nth % 2]
    status, _ = ask("GET", "/v1/customers", token="wrong", host=WEB[node].host, address=address)  # noqa: S106
    return status


def wrong_keys(site: Site, load: Load) -> Line:
    wait_for_whole_window()
    answered = [wrong_key("192.0.2.1", nth) for nth in range(WRONG_KEYS + 1)]
    held = answered == [401] * WRONG_KEYS + [429]
    return Line("the 51st wrong key is refused whoever answers", held, f"51st: {answered[-1]}, of two nodes in turn")


def cut_off(site: Site, load: Load, seconds: float) -> Line:
    with window() as run:
        balance.cut_off("a")
        wait_until(lambda: processes.readiness("a").startswith("not ready"), "Node a does not say it.", seconds=20)
        said = processes.readiness("a").splitlines()
        time.sleep(seconds)
        other = processes.is_ready("b")
        settled = load.failures(run.start + 10, time.monotonic())
        balance.let_through("a")
        took = wait_until(lambda: processes.is_ready("a"), "Node a does not come back.", seconds=30)
    told = f"a: {'; '.join(said)}; b {'serves' if other else 'does not'}; after 10 s {sum(settled.values())} failures"
    return Line(f"web node cut off for {seconds:.0f} s", other and not settled, f"{told}; back after {took:.0f} s")


def rolling_upgrade(site: Site, load: Load) -> Line:
    """A column is added, as an expanding migration does, then one node after the other begins anew."""
    with window() as run:
        execute(
            PRIMARY,
            "SET lock_timeout = '2s'",
            "ALTER TABLE customers_customer ADD COLUMN of_the_next_version integer",
        )
        processes.manage("migrate", "--verbosity", "0")
        for node in NODES:
            balance.take_out(node)
            program = site.programs[f"web-{node}"]
            program.end()
            program.start()
            balance.put_back(node)
    failures = load.failures(run.start, run.end)
    execute(PRIMARY, "ALTER TABLE customers_customer DROP COLUMN of_the_next_version")
    answers = sum(run.start <= answer.at < run.end for answer in load.answers)
    told = f"{sum(failures.values())} of {answers} requests failed in {run.end - run.start:.0f} s"
    return Line("rolling upgrade with a migration", not failures, told)
