"""What must be true of the database, whatever died: what was acknowledged is there, once, and caches agree."""

from collections.abc import Iterator

from deploy.cluster.load import Load
from deploy.cluster.places import Place, database_url
from deploy.cluster.processes import manage
from deploy.cluster.sql import rows, value

ROOTS = """
    WITH RECURSIVE chain (start, pk, merged_into_id, steps) AS (
        SELECT id, id, merged_into_id, 0 FROM customers_customer
        UNION ALL
        SELECT start, customer.id, customer.merged_into_id, steps + 1
        FROM chain JOIN customers_customer AS customer ON customer.id = chain.merged_into_id WHERE steps < 1000
    )
"""
WITHOUT_ROOT = f"{ROOTS} SELECT count(DISTINCT start) FROM chain WHERE steps >= 1000"
WRONG_OWNER = f"""
    {ROOTS} SELECT count(*) FROM customers_sourcerecord AS record
    JOIN chain ON chain.start = record.origin_id AND chain.merged_into_id IS NULL WHERE record.customer_id <> chain.pk
"""
OWNERS = """
    SELECT external_id, count(*), min(customer_id) FROM customers_sourcerecord
    WHERE external_id LIKE 'c%-_' GROUP BY external_id
"""


def faults(place: Place, load: Load | None = None) -> list[str]:
    """What is wrong with the database at `place`; without `load` nothing is known of what was acknowledged."""
    return [*_of_the_forest(place), *(_of_acknowledged(place, load) if load else []), *_of_caches(place)]


def _of_the_forest(place: Place) -> Iterator[str]:
    if circles := value(place, WITHOUT_ROOT):
        yield f"{circles} customers lead to nobody"
    if records := value(place, WRONG_OWNER):
        yield f"{records} source records have the wrong owner"


def _of_acknowledged(place: Place, load: Load) -> Iterator[str]:
    stored = {external_id: (times, owner) for external_id, times, owner in rows(place, OWNERS)}
    if missing := load.imported.keys() - stored.keys():
        yield f"{len(missing)} acknowledged imports are missing"
    if twice := [external_id for external_id, (times, _) in stored.items() if times > 1]:
        yield f"{len(twice)} imports are there twice"
    together = {
        kept
        for kept, (_, owner) in stored.items()
        if kept.endswith("-1") and stored.get(other_of(kept), (0, 0))[1] == owner
    }
    in_doubt = {kept for kept, _ in load.in_doubt}
    expected = {kept for kept, _ in load.merged}
    if lost := expected - together - in_doubt:
        yield f"{len(lost)} acknowledged merges are missing"
    if left := together - expected - in_doubt:
        yield f"{len(left)} merges stand although they were undone, or never asked for"


def other_of(kept: str) -> str:
    return f"{kept.removesuffix('1')}2"


def _of_caches(place: Place) -> Iterator[str]:
    said = manage("rebuild", DATABASE_URL=database_url(place))
    if "Nothing differed." not in said:
        lines = said.splitlines()
        yield f"rebuild: {lines[-1]} The first: {lines[0]}"
