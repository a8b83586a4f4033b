"""Tests run on tables made from the models, which are those that the migrations make; and what they do with rows.

Every migration runs once, on a database that has rows from early on. The fixtures follow each other: each writes rows
before its migration and reads what that made of them, and the last goes on to the newest tables.
"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from unittest import mock

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import AlterField, Migration, RemoveField
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps
from django.db.models import CharField

from customers.lib import sentences
from tests.crm.history_in_prose import AFTER, UNREADABLE
from tests.crm.schema import permissions, tables
from tests.lint_migrations import only_widens
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def migrated(django_db_setup, django_db_blocker) -> Iterator[BaseDatabaseWrapper]:
    """A database beside that of the tests, without tables: the fixtures below migrate it step by step."""
    elsewhere = deepcopy(settings.DATABASES["default"])
    elsewhere["TEST"] |= {"NAME": f"{elsewhere['TEST']['NAME']}_migrated", "MIGRATE": True}
    with django_db_blocker.unblock(), mock.patch.dict(settings.DATABASES, migrated=elsewhere):
        other = connections["migrated"]
        with mock.patch("django.core.management.call_command"):  # which would make the tables
            other.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield other
        finally:
            other.creation.destroy_test_db(elsewhere["NAME"], verbosity=0)
            del connections["migrated"]


# History that was prose

PROSE, DATA = [("customers", "0009_history_values")], [("customers", "0011_history_without_prose")]


def fill(text: str, numbers: dict[str, int]) -> str:
    for name, pk in numbers.items():
        text = text.replace(f"{{{name}}}", str(pk))
    return text


@pytest.fixture(scope="module")
def prose(migrated) -> tuple[dict[str, int], dict[str, object], set[str]]:
    """The numbers of three customers, {old text: entry} after all were migrated, and their texts after going back."""
    old = MigrationExecutor(migrated).migrate(PROSE).apps
    customers = old.get_model("customers", "Customer").objects.using(migrated.alias)
    people = [customers.create(first_name=name, uuid=f"cus_{name}") for name in "abc"]
    numbers = {person.first_name: person.pk for person in people}
    source = old.get_model("customers", "DataSource").objects.using(migrated.alias).create(name="Shop")
    records = old.get_model("customers", "SourceRecord").objects.using(migrated.alias)
    record = records.create(origin=people[0], customer=people[0], data_source=source)
    merge = old.get_model("customers", "Merge").objects.using(migrated.alias).create(survivor=people[0], via="page")
    members = old.get_model("customers", "MergeMember").objects.using(migrated.alias)
    for person in people[1:]:
        members.create(merge=merge, duplicate=person)
    texts = [(kind, text) for kind, pairs in AFTER.items() for text in pairs] + [*UNREADABLE.items()]
    entries = old.get_model("customers", "HistoryEntry").objects.using(migrated.alias)
    old_text = {}
    for kind, text in texts:
        about = {"merge": merge} if kind in ("merge", "undo") else {}
        entry = entries.create(source_record=record, kind=kind, text=fill(text, numbers), **about)
        old_text[entry.pk] = text
    state = MigrationExecutor(migrated).migrate(DATA)
    new = state.apps.get_model("customers", "HistoryEntry").objects.using(migrated.alias)
    read = {old_text[entry.pk]: entry for entry in new.filter(pk__in=old_text)}
    MigrationExecutor(migrated).migrate(PROSE)
    written = set(entries.values_list("text", flat=True))
    return numbers, read, written


@table(("old", "new"), [(old, new) for pairs in AFTER.values() for old, new in pairs.items()])
def test_prose_becomes_a_sentence_with_values(old, new, prose):
    numbers, entries, _ = prose
    entry = entries[old]
    assert sentences.text(entry.sentence, entry.values) == fill(new, numbers)
    assert sentences.places(entry.sentence) == entry.values.keys()


def test_what_an_old_entry_is_about_is_in_columns(prose):
    numbers, entries, _ = prose
    assert entries["Order C3E67A9BD0: cancelled. Moved"].order_number == "C3E67A9BD0"
    assert entries["Order C3E67A9BD0: looked at {it}."].order_number == "C3E67A9BD0"
    assert entries["Purchase 12, Song: something else."].purchase_id == 12
    assert entries["Split off from A ({a})."].about_customer_id == numbers["a"]
    assert entries["May be the same person as B ({b}) after all."].about_customer_id == numbers["b"]
    [merged] = [entry for text, entry in entries.items() if text.startswith("Merged B")]
    assert [named["customer"] for named in merged.values["customers"]] == [numbers["b"], numbers["c"]]
    erased = entries["Split a record off as Erased customer {b}."].values
    assert erased == {"record": {"erased": True}, "customer": {"customer": numbers["b"], "name": ""}}


@table("old", UNREADABLE.values())
def test_what_cannot_be_read_is_kept_as_it_was(old, prose):
    _, entries, _ = prose
    assert (sentences.text(entries[old].sentence, {}), entries[old].values) == (old, {})


def test_sentences_become_prose_again(prose):
    numbers, _, texts = prose
    assert texts == {fill(new, numbers) for pairs in AFTER.values() for new in pairs.values()} | {*UNREADABLE.values()}


# Users who undid merges


def models_at(migrated: BaseDatabaseWrapper, name: str) -> StateApps:
    """The models of all apps, with those of customers after the migration `name`, to which the database goes."""
    return MigrationExecutor(migrated).migrate([("customers", name)]).apps


@pytest.fixture(scope="module")
def users_of_undos(migrated, prose) -> list[str | None]:
    """Who undid the three parts of a merge: Ada by the history, one unknown, and Kim who undid the rest."""
    state = models_at(migrated, "0013_undone_by")

    def rows(model: str, app: str = "customers"):
        return state.get_model(app, model)._default_manager.using(migrated.alias)

    ada, kim = (rows("User", "accounts").create(username=name) for name in ("ada", "kim"))
    survivor, *duplicates = [rows("Customer").create(uuid=f"cus_undone{n}") for n in range(4)]
    source = rows("DataSource").create(name="Shop of the undone")
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    merge = rows("Merge").create(survivor=survivor, via="page", fingerprint="a", undone_at=late, undone_by=kim)
    for duplicate, at in zip(duplicates, (early, early, late), strict=True):
        rows("MergeMember").create(merge=merge, duplicate=duplicate, undone_at=at)
    record = rows("SourceRecord").create(origin=duplicates[0], customer=duplicates[0], data_source=source)
    rows("HistoryEntry").create(source_record=record, kind="undo", merge=merge, by=ada, sentence="Restored.")
    MigrationExecutor(migrated).migrate([("customers", "0014_undone_by_from_history")])

    members = rows("MergeMember").filter(merge=merge).order_by("duplicate")
    return list(members.values_list("undone_by__username", flat=True))


def test_undos_of_before_get_their_user_from_the_history_or_from_the_merge(users_of_undos):
    assert users_of_undos == ["ada", None, "kim"]


# Decisions of merges


@pytest.fixture(scope="module")
def merges_of_before(migrated, users_of_undos):
    """Two merges of four customers, the first with a duplicate who was restored, as their changes had them."""
    state = models_at(migrated, "0020_decisions_of_merges")

    def rows(model: str):
        return state.get_model("customers", model)._default_manager.using(migrated.alias)

    days = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 6)]
    survivor, one, two, restored = [
        rows("Customer").create(uuid=f"cus_decided{n}", version=9, **values)
        for n, values in enumerate(
            [
                {"email_opt_in": False, "sms_contact": True},
                {"phone": "1", "company": "New"},
                {"email_opt_in": False},
                {"custom1": "edited"},
            ]
        )
    ]

    def change(customer, version: int, day: int, merge=None, **values) -> None:
        written = {key: {"before": "", "after": after, "from": origin} for key, (after, origin) in values.items()}
        rows("ProfileChange").create(customer=customer, version=version, at=days[day], merge=merge, values=written)

    first, second = [
        rows("Merge").create(survivor=survivor, via="page", fingerprint=f"decided{n}", created=days[day])
        for n, day in enumerate([1, 3])
    ]
    for merge, duplicate, undone in ((first, one, None), (first, restored, days[2]), (second, two, None)):
        rows("MergeMember").create(merge=merge, duplicate=duplicate, undone_at=undone)
    change(survivor, 1, 0)
    brought = {
        "phone": ("1", one.pk),
        "company": ("Old", one.pk),
        "custom1": ("a", restored.pk),
        "custom2": ("b", None),
    }
    change(survivor, 4, 1, first, **brought)
    change(one, 1, 0)
    change(restored, 6, 2)

    call_command("migrate", database=migrated.alias, verbosity=0)
    merges = list(rows("Merge").filter(survivor=survivor).order_by("pk"))
    versions = [rows("MergeMember").get(duplicate=customer).version for customer in (one, restored)]
    return survivor, one, restored, merges, versions


def test_what_was_decided_in_merges_of_before_is_what_their_changes_say(merges_of_before):
    survivor, one, restored, merges, _ = merges_of_before
    first, second = [merge.decisions for merge in merges]
    assert first["rule"] == second["rule"] == "keep"
    # The company is no longer the duplicate's, so it is kept as if typed. Names that the merge did not touch are kept.
    assert first["typed"] == {"company": "Old", "custom2": "b"}
    picked = {key: pk for key, pk in first["picked"].items() if pk != survivor.pk}
    assert picked == {"phone": one.pk, "custom1": restored.pk}
    assert {"first_name", "sms_contact", "do_not_sell"} <= first["picked"].keys()
    # The rule says it again: the most restrictive answer of all who are part of the customer.
    assert "email_opt_in" not in first["picked"].keys() | second["picked"].keys()


def test_merges_of_before_have_their_place_among_the_changes(merges_of_before):
    *_, merges, versions_of_duplicates = merges_of_before
    assert [merge.version for merge in merges] == [4, 5]
    assert versions_of_duplicates == [9, 5]


# The newest tables


@pytest.fixture(scope="module")
def by_migrations(migrated, merges_of_before) -> tuple[dict, set]:
    """The tables and the permissions that all migrations make, one after the other."""
    return tables(migrated), permissions(migrated)


@pytest.fixture(scope="module")
def triggers_of_migrations(migrated, by_migrations) -> set[str]:
    triggers = {"sqlite": "SELECT name FROM sqlite_master", "postgresql": "SELECT tgname FROM pg_trigger"}
    with migrated.cursor() as cursor:
        cursor.execute(triggers[migrated.vendor])
        return {name for (name,) in cursor.fetchall()}


def test_the_migrations_make_the_tables_of_the_models(by_migrations):
    made, expected = tables(connection), by_migrations[0]

    assert made.keys() == expected.keys()
    for name, columns_and_constraints in made.items():
        assert columns_and_constraints == expected[name], name


def test_the_trigger_of_search_words_outlives_all_migrations(triggers_of_migrations):
    assert "searchword_follows_record" in triggers_of_migrations


def test_the_migrations_make_the_permissions_of_the_models(by_migrations):
    assert permissions(connection) == by_migrations[1]


def test_every_migration_of_ours_can_be_taken_back():
    ours = {app.label for app in apps.get_app_configs() if app.name.partition(".")[0] in ("crm", "customers", "orders")}
    migrations = MigrationLoader(connection).disk_migrations.values()
    final = {
        f"{migration}: {operation.describe()}"
        for migration in migrations
        if migration.app_label in ours
        for operation in migration.operations
        if not operation.reversible
    }
    assert not final


@table(("length", "options", "passes"), [(16, {}, True), (8, {}, False), (16, {"null": True}, False)])
def test_the_lint_lets_a_longer_text_pass(length, options, passes):
    loader = MigrationLoader(None)
    migration = Migration("0099_longer", "customers")
    migration.dependencies = loader.graph.leaf_nodes("customers")
    wider = CharField(max_length=length, blank=True, **options)
    migration.operations = [AlterField("historyentry", "order_number", wider)]
    assert only_widens(migration, loader) is passes
    migration.operations.append(RemoveField("historyentry", "sentence"))
    assert not only_widens(migration, loader)
