"""A replica that replays nothing: who merges sees it on the next page, who only looks sees what was there before."""

import os
import signal
import time

from deploy.cluster.browser import Browser
from deploy.cluster.load import Load, ask
from deploy.cluster.places import PRIMARY, STANDBY
from deploy.cluster.program import wait_until
from deploy.cluster.runs import Line, window
from deploy.cluster.site import Site
from deploy.cluster.sql import value

# Patroni would have a replay that is paused by a statement go on at once; the process that replays can be stopped.
REPLAYS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'startup'"
OWNER = "SELECT customer_id FROM customers_sourcerecord WHERE external_id = %s"


def replica_paused(site: Site, load: Load, seconds: float) -> Line:
    """That somebody else sees the customers unmerged shows that pages are read from the replica at all."""
    pairs = [_pair(load, nth) for nth in range(int(seconds))]
    user, other = Browser(), Browser()
    user.sign_in()
    other.sign_in()
    written = value(PRIMARY, "SELECT pg_current_wal_lsn()::text")
    wait_until(
        lambda: value(STANDBY, "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [written]),
        "The replica does not follow.",
        seconds=30,
    )
    own, others = 0, 0
    replays = int(value(STANDBY, REPLAYS))
    os.kill(replays, signal.SIGSTOP)
    try:
        with window() as run:
            for nth, (kept, duplicate) in enumerate(pairs):
                _merge(user, kept, duplicate)
                own += _leads_to(user, duplicate) == kept and f"Paused {nth}" in user.get("/merges/").text
                others += _leads_to(other, duplicate) == duplicate
                time.sleep(max(0.0, run.start + nth + 1 - time.monotonic()))
    finally:
        os.kill(replays, signal.SIGCONT)
    failures = sum(load.failures(run.start, run.end).values())
    told = (
        f"{own} of {len(pairs)} merges were on the next pages of who merged, {others} not yet on those of somebody"
        f" else, who reads the replica; {failures} failures in {run.end - run.start:.0f} s"
    )
    return Line(f"replica paused for {seconds:.0f} s", own == others == len(pairs) and not failures, told)


def _pair(load: Load, nth: int) -> tuple[int, int]:
    """Two customers who can be merged without a question."""
    pks = []
    for side in (1, 2):
        external_id = f"p{nth}-{side}"
        person = {
            "data_source_uuid": load.source,
            "external_id": external_id,
            "name": f"Paused {nth}",
            "email": f"paused{nth}@example.com",
        }
        status, _ = ask("POST", "/v1/customers", person, token=load.token)
        if status not in {200, 201}:
            raise RuntimeError(f"Customer {external_id} was not made: {status}")
        pks.append(int(value(PRIMARY, OWNER, [external_id])))
    return pks[0], pks[1]


def _merge(user: Browser, kept: int, duplicate: int) -> None:
    page = user.get(f"/customers/{kept}/merge/plain/?duplicate={duplicate}")
    done = user.send(page)
    if done.status != 200 or done.path != f"/customers/{kept}/":
        raise RuntimeError(f"Not merged: {page.status} {page.path}, {done.status} {done.path}")


def _leads_to(user: Browser, pk: int) -> int:
    """Which customer the page of `pk` shows."""
    path = user.get(f"/customers/{pk}/").path
    return int(path.removeprefix("/customers/").partition("/")[0])
