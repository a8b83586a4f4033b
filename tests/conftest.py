import gc
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, TransactionTestCase

from crm.accounts.models import User
from crm.accounts.roles import ADMIN, SUPPORT_AGENT, VIEWER
from customers.models import word_owner
from orders.subscriptions import cancel
from tests.factories import make_user, signed_in
from tests.factories.page_subjects import page_subjects
from tests.failing_database import apart

# Looking for garbage took a seventh of the time of a test run; `pytest_collection_finish` spares what it loaded.
gc.set_threshold(100_000, 50, 100)

TESTS = Path(__file__).parent

KEPT = {"django_content_type", "auth_permission", "django_migrations"}
"""Tables that are written when all tables are made."""

ON_ONE_DATABASE = {"api", "crm", "deploy", "pages", "values"}
"""Folders of tests that ask over HTTP, wherever they lie, and of what surrounds the rules."""

LONG = {
    *("test_properties.py", "test_migrations.py", "test_truth_table.py", "test_queries.py"),
    *("test_history_costs.py", "test_order_list_costs.py", "test_same_as_intake.py", "test_scan.py"),
    *("test_benchmarks.py", "test_incremental_readers.py", "constant_cost", "histories", "plans/"),
    *("test_histories.py", "test_unavailable.py", "test_deliver.py", "test_export.py", "test_exports.py"),
    *("test_stored_steps.py", "test_filters_together.py", "test_opportunities_together.py", "test_queue.py"),
    *("test_like_a_caller.py", "test_filters.py", "test_every_table.py"),
}
"""Files whose tests take seconds together: they begin first, so that none runs alone at the end; `make test-fast`
leaves them out."""

OPENERS = {"client", "as_agent", "as_admin"}
"""Fixtures that open pages: a test that asks for one is about a page, in whatever folder."""

MANY_ROWS = {"constant_cost", "test_demo.py", "test_queries.py", "test_sample_store.py", "test_properties.py"}
"""Tests that write thousands of rows."""

ON_BOTH = {
    *("search", "constant_cost", "plans/", "personal_data", "test_migrations.py", "test_rebuild.py", "test_access.py"),
    *("test_queries.py", "test_unavailable.py", "test_incremental_readers.py", "test_event_consumers.py"),
    "test_statements.py",
    *("test_turns.py", "test_workers.py", "test_clock.py", "test_exports.py", "test_deliver.py", "test_endpoints.py"),
}
"""Lists and searches are pages whose queries are what is tested; so are plans, tables and caches. Every page is opened
once on each."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what comes to the same on every database; what is about PostgreSQL only is no test on SQLite."""
    for item in items:
        if "browser" not in item.path.parts and not depends_on_database(item):
            item.add_marker(pytest.mark.one_database)
        if LONG & places(item):
            item.add_marker(pytest.mark.long)
    items.sort(key=lambda item: not LONG & places(item))
    missing = [] if connection.vendor == "postgresql" else ["postgres"]
    if any(item.get_closest_marker("rabbitmq") for item in items) and not rabbitmq_answers():
        missing.append("rabbitmq")
    elsewhere = [item for item in items if any(map(item.get_closest_marker, missing)) or lacks_tool(item)]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


def places(item: pytest.Item) -> set[str]:
    """Its file, the folders that it is in, and with a slash the one beside this file."""
    parts = item.path.relative_to(TESTS).parts
    return {*parts, f"{parts[0]}/"}


def lacks_tool(item: pytest.Item) -> bool:
    """Whether a program or package is missing that checks what is deployed."""
    needs = [marker.kwargs for marker in item.iter_markers("needs")]
    programs, packages = ([need[key] for need in needs if key in need] for key in ("program", "package"))
    return None in (*map(shutil.which, programs), *map(find_spec, packages))


def rabbitmq_answers() -> bool:
    broker = urlsplit(settings.CELERY_BROKER_URL)
    with suppress(OSError), socket.create_connection((broker.hostname, broker.port or 5672), timeout=1):
        return True
    return False


def depends_on_database(item: pytest.Item) -> bool:
    """Whether it is about rules, locks, plans, lists or tables, rather than about pages, dialects or commands."""
    folders_and_file, fixtures = places(item), {*getattr(item, "fixturenames", ())}
    if item.get_closest_marker("postgres") or folders_and_file & ON_BOTH:
        return True
    if "run_together" in fixtures:  # whoever acts at the same time waits for locks
        return True
    queries = item.get_closest_marker("django_db") or "db" in fixtures
    return bool(queries) and not (folders_and_file & ON_ONE_DATABASE or fixtures & OPENERS)


@pytest.hookimpl(trylast=True)  # after the test's rows are rolled back
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Rid PostgreSQL of the rows of a test that writes many: rolled back, they lie in the way of every later test."""
    if connection.vendor == "postgresql" and MANY_ROWS & {*item.path.parts}:
        with apart() as session:
            session.execute("VACUUM")


@cache
def deletions() -> list[str]:
    """What empties every table but those kept: at once where the database takes several statements together."""
    tables = set(connection.introspection.django_table_names(only_existing=True)) - KEPT
    statements = [f"DELETE FROM {connection.ops.quote_name(table)}" for table in sorted(tables)]  # noqa: S608 (names of ours)
    return ["; ".join(statements)] if connection.vendor == "postgresql" else statements


@pytest.fixture(scope="session", autouse=True)
def _emptied_row_by_row() -> Iterator[None]:
    """What tests commit is deleted: truncating tables of a few rows, and writing permissions anew, takes far longer."""

    def empty(case: TransactionTestCase) -> None:
        with transaction.atomic(), connection.cursor() as cursor:  # references are checked when all is gone
            for statements in deletions():
                cursor.execute(statements)

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", empty):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Tables made from the models lack the trigger that a migration makes."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for statement in word_owner.CREATE[connection.vendor]:
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def _no_notice_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """Purchases can be cancelled at once, whatever the notice period is; test_notice.py sets one."""
    monkeypatch.setattr(cancel, "notice_of", lambda purchase: timedelta(0))


@pytest.fixture
def subjects(db) -> dict[str, object]:
    return page_subjects()


@pytest.fixture
def nobody(db) -> User:
    """Signs in and may do nothing."""
    return make_user("nobody", first_name="Nora", last_name="Body")


@pytest.fixture
def viewer(db) -> User:
    return make_user("viewer", VIEWER.ticks, first_name="Steve", last_name="Johnson")


@pytest.fixture
def agent(db) -> User:
    return make_user("margaret", SUPPORT_AGENT.ticks, first_name="Margaret", last_name="Park")


@pytest.fixture
def admin_user(db) -> User:
    return make_user("jane", ADMIN.ticks, first_name="Jane", last_name="Peacock")


@pytest.fixture
def as_agent(agent) -> Client:
    return signed_in(agent)


@pytest.fixture
def as_admin(admin_user) -> Client:
    return signed_in(admin_user)


@pytest.fixture
def run_together(transactional_db):
    """Run acts at the same moment, each in a thread and on a connection of its own; return what each made or raised."""

    def run(*acts: Callable[[], object]) -> list[object]:
        start = threading.Barrier(len(acts))

        def begin(act: Callable[[], object]) -> object:
            start.wait(timeout=30)
            try:
                return act()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(acts)) as threads:
            outcomes = [threads.submit(begin, act) for act in acts]
        return [outcome.exception() or outcome.result() for outcome in outcomes]

    return run
