"""What is done to the site while the load runs, and what must hold; each run returns a line of the table."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.cluster import balance, processes
from deploy.cluster.load import Load, ask
from deploy.cluster.places import NODES, PRIMARY, STANDBY, WEB
from deploy.cluster.program import wait_until
from deploy.cluster.site import NAME, Site, connect, has_synchronous_standby, postmaster, primary

LONGEST_GAP = 20
WRONG_KEYS = 50


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
    with window() as run:
        time.sleep(seconds)
    failures = load.failures(run.start, run.end)
    answers = [answer for answer in load.answers if run.start <= answer.at < run.end]
    told = f"{len(answers)} answers in {seconds:.0f} s, {sum(failures.values())} of them 5xx or lost"
    return Line("load: imports 60 %, pages 25 %, merges 10 %, undos 5 %", not failures and bool(answers), told)


def primary_killed(site: Site, load: Load, times: int) -> Line:
    webs = [site.programs[f"web-{node}"].process for node in NODES]
    gaps = []
    for _ in range(times):
        before = primary()
        with window() as run:
            os.kill(postmaster(before), signal.SIGKILL)
            wait_until(lambda before=before: primary() not in {"", before}, "No other node became the primary.")
            wait_until(has_synchronous_standby, "The former primary did not come back.", seconds=150)
            time.sleep(5)
        gaps.append(load.gap(run.start, run.end))
    ended = [web for web in webs if web is None or web.poll() is not None]
    told = (
        f"longest gap without an acknowledged change {max(gaps):.1f} s, each: {', '.join(f'{gap:.1f}' for gap in gaps)}"
    )
    return Line(f"kill -9 of the primary, {times} times", max(gaps) <= LONGEST_GAP and not ended, told)


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
    with connect(PRIMARY, NAME) as session:
        (state,) = session.execute("SELECT state FROM jobs_job WHERE id = %s", [job]).fetchone()
    return str(state).upper()


def refused_after(tries: int, *, address: str) -> bool:
    return any(wrong_key(address, nth) == 429 for nth in range(tries))


def wrong_key(address: str, nth: int) -> int:
    """What one node and then the other answers."""
    node = NODES[nth % 2]
    status, _ = ask("GET", "/v1/customers", token="wrong", host=WEB[node].host, address=address)  # noqa: S106
    return status


def wrong_keys(site: Site, load: Load) -> Line:
    answered = [wrong_key("192.0.2.1", nth) for nth in range(WRONG_KEYS + 1)]
    held = answered == [401] * WRONG_KEYS + [429]
    return Line("the 51st wrong key is refused whoever answers", held, f"51st: {answered[-1]}, of two nodes in turn")


def standby_paused(site: Site, load: Load, seconds: float) -> Line:
    with connect(STANDBY) as standby:
        standby.execute("SELECT pg_wal_replay_pause()")
        with window() as run:
            seen = [sees_its_own_merge(load, nth) for nth in range(int(seconds))]
        standby.execute("SELECT pg_wal_replay_resume()")
    failures = sum(load.failures(run.start, run.end).values())
    told = f"{sum(seen)} of {len(seen)} merges were seen by the next request; {failures} failures"
    return Line(f"replica paused for {seconds:.0f} s", all(seen) and not failures, told)


def sees_its_own_merge(load: Load, nth: int) -> bool:
    uuids = []
    for side in (1, 2):
        external_id = f"p{time.time_ns()}-{side}"
        person = {
            "data_source_uuid": load.source,
            "external_id": external_id,
            "name": "P",
            "email": f"p{nth}@example.com",
        }
        uuids.append(ask("POST", "/v1/customers", person, token=load.token)[1]["uuid"])
    body = {"from": {"customer_uuid": uuids[1]}, "into": {"customer_uuid": uuids[0]}}
    ask("POST", "/v1/customers/merges", body, token=load.token)
    _, customer = ask("GET", f"/v1/customers/{uuids[1]}", token=load.token)
    time.sleep(0.5)
    return customer.get("uuid") == uuids[0]


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
        with connect(PRIMARY, NAME) as session:
            session.execute("SET lock_timeout = '2s'")
            session.execute("ALTER TABLE customers_customer ADD COLUMN of_the_next_version integer")
        processes.manage("migrate", "--verbosity", "0")
        for node in NODES:
            balance.command(f"set server site/{node} state drain")
            time.sleep(3)
            program = site.programs[f"web-{node}"]
            program.end()
            program.start()
            balance.command(f"set server site/{node} state ready")
            wait_until(lambda node=node: processes.is_ready(node), "The node does not come back.")
            time.sleep(3)
    failures = load.failures(run.start, run.end)
    with connect(PRIMARY, NAME) as session:
        session.execute("ALTER TABLE customers_customer DROP COLUMN of_the_next_version")
    answers = sum(run.start <= answer.at < run.end for answer in load.answers)
    told = f"{sum(failures.values())} of {answers} requests failed in {run.end - run.start:.0f} s"
    return Line("rolling upgrade with a migration", not failures, told)
