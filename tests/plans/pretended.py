"""What the database is told of its tables: many rows where rows come with customers, however few there are.

Told, not counted by ANALYZE: so no plan hangs on a sample, and what goes through an index and what does not differ by a
factor of a thousand. A new table has many rows until it is named here.
"""

from dataclasses import dataclass
from functools import cache
from math import ceil, prod

from django.apps import apps
from django.db import connection, models

from customers.models import LinkedRow
from tests.query_costs import on_sqlite

FEW, EACH = 50, 3
"""Rows of what is set up by hand, and of what any other row has, as customers have records."""

SET_UP = {
    # Who the staff are, and how each signs in.
    *("accounts_user", "accounts_user_groups", "accounts_user_user_permissions", "auth_group", "auth_permission"),
    *("auth_group_permissions", "django_content_type", "accounts_apikey", "accounts_authenticatorapp"),
    *("accounts_passkey", "accounts_recoverycode", "accounts_externalidentity", "accounts_accountnotice"),
    *("accounts_session", "exports_exportchoice"),
    # What an admin enters by hand, of which the forms of most say how many at most.
    *("customers_datasource", "customers_accounttype", "customers_leadphase", "customers_closingreason"),
    *("customers_identifyingattribute", "customers_mergepolicy", "customers_mergerule", "orders_savedmapping"),
    *("webhooks_webhookendpoint", "webhooks_endpointsecret", "pulls_pull", "jobs_schedule"),
    # What is sold.
    *("orders_product", "orders_plangroup", "orders_plangroup_products", "orders_campaign"),
    # A row a day, a retraining, a program that reads.
    *("orders_reconciliation", "customers_trainedmodel", "customers_likelyscan", "customers_historyreader"),
    *("customers_evidenceprogress", "customers_mergecount", "customers_countedmerges"),
    # A row for each lead phase and currency, and those of the last minute.
    "customers_phasesum",
    # What one in a thousand customers have words of.
    *("customers_frequentbeginning", "customers_beginningprogress"),
}
"""Tables that grow with the company and with time, not with customers."""

THOUSANDS = {"customers_ignoredvalue": 5_000, "customers_mergerequest": 20_000}
"""What staff enter one at a time."""

FEW_OF_EACH = {
    *("customers_creditentry", "customers_unmatchedvalue", "customers_cartlogin", "customers_paysource"),
    *("customers_task", "customers_contact", "customers_opportunity"),
}
"""Tabs of which a customer has few rows: acts read them all, or staff enter them one at a time."""

OF_TABS = {"orders_orderitem"}
"""What rows of tabs have themselves."""

HALF_EMPTY, RARELY_FILLED = 0.5, {"customers_customer.merged_into_id": 0.9, "customers_customer.erased_at": 0.999}


@cache
def models_by_table() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def grows(table: str) -> bool:
    return table in models_by_table() and table not in SET_UP


@dataclass(frozen=True)
class Told:
    """`records` rows of each table that grows, and for each record `of_record` rows of each tab."""

    records: int
    of_record: int

    def rows_of(self, table: str) -> int:
        if not grows(table):
            return FEW
        is_of_tabs = is_tab(models_by_table()[table]) or table in OF_TABS
        return self.records * self.of_record if is_of_tabs else THOUSANDS.get(table, self.records)

    def distinct(self, field: models.Field) -> int:
        """How many values a column has."""
        rows = self.rows_of(field.model._meta.db_table)
        if field.primary_key or field.unique:
            return rows
        match field:
            case models.ForeignKey() if is_tab(field.model) and field.name == "source_record":
                return self.records
            case models.ForeignKey():
                return max(1, min(self.rows_of(field.related_model._meta.db_table), rows // EACH))
            case models.BooleanField():
                return 2
            case _ if field.choices:
                return len(field.choices)
            case models.DateTimeField():
                return max(1, rows // 2)
            case models.CharField() if field.max_length and field.max_length <= 3:
                return 20
            case models.DateField() | models.IntegerField() | models.DecimalField():
                return min(rows, 10_000)
        return max(1, rows // EACH)

    def tell(self) -> None:
        """It is forgotten when the transaction is rolled back."""
        (_tell_sqlite if on_sqlite else _tell_postgresql)(self)


MANY_CUSTOMERS = Told(records=10_000_000, of_record=EACH)
MUCH_OF_EACH = Told(records=100_000, of_record=100_000)
"""For statements about one customer: more of each than a page may ever read."""


def is_tab(model: type[models.Model]) -> bool:
    return issubclass(model, LinkedRow) and bool(model.tab) and model._meta.db_table not in FEW_OF_EACH


def empty_share(field: models.Field) -> float:
    named = f"{field.model._meta.db_table}.{field.column}"
    return RARELY_FILLED.get(named, HALF_EMPTY) if field.null else 0.0


def _tell_postgresql(told: Told) -> None:
    sizes = [(table, told.rows_of(table)) for table in models_by_table()]
    columns = [
        (table, field.column, empty_share(field), float(told.distinct(field)))
        for table, model in models_by_table().items()
        for field in model._meta.concrete_fields
    ]
    kinds = ", ".join(f"{name}{n}" for name in ("stakind", "staop", "stacoll") for n in range(1, 6))
    with connection.cursor() as cursor:
        # The planner asks the file how many pages there are, and multiplies by the rows of a page. A partial index has
        # a hundredth of the rows.
        cursor.execute(
            """
            UPDATE pg_class SET relpages = pg_relation_size(pg_class.oid) / 8192,
                reltuples = told.rows * CASE WHEN pg_index.indpred IS NULL THEN 1 ELSE 0.01 END
            FROM unnest(%s::text[], %s::bigint[]) AS told (name, rows)
            JOIN pg_class of ON of.relname = told.name AND of.relnamespace = 'public'::regnamespace
            LEFT JOIN pg_index ON pg_index.indrelid = of.oid
            WHERE pg_class.oid IN (of.oid, pg_index.indexrelid)
            """,
            [list(values) for values in zip(*sizes, strict=True)],
        )
        cursor.execute(
            "DELETE FROM pg_statistic USING pg_class WHERE starelid = pg_class.oid AND relname = ANY(%s)",
            [list(models_by_table())],
        )
        cursor.execute(
            f"""
            INSERT INTO pg_statistic (starelid, staattnum, stainherit, stanullfrac, stawidth, stadistinct, {kinds})
            SELECT attrelid, attnum, false, told.empty, 16, told.values, {", ".join("0" * 15)}
            FROM unnest(%s::text[], %s::text[], %s::float4[], %s::float4[]) AS told (relation, name, empty, values)
            JOIN pg_class ON relname = told.relation AND relnamespace = 'public'::regnamespace
            JOIN pg_attribute ON attrelid = pg_class.oid AND attname = told.name
            """,  # noqa: S608 - names of its own columns
            [list(values) for values in zip(*columns, strict=True)],
        )


def _tell_sqlite(told: Told) -> None:
    lines = [
        (table, index, " ".join(map(str, [rows, *each])))
        for table in models_by_table()
        for index, (rows, each) in {None: (told.rows_of(table), []), **indexes_of(table, told)}.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # which makes the table
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.executemany("INSERT INTO sqlite_stat1 VALUES (%s, %s, %s)", lines)
        cursor.execute("ANALYZE sqlite_master")


@cache
def indexes_of(table: str, told: Told) -> dict[str, tuple[int, list[int]]]:
    """{index on SQLite: (rows, how many of them have the same values up to each column)}"""
    by_column = {field.column: field for field in models_by_table()[table]._meta.concrete_fields}
    indexes = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, partial FROM pragma_index_list(%s)", [table])
        for name, is_partial in cursor.fetchall():
            cursor.execute("SELECT name FROM pragma_index_info(%s) ORDER BY seqno", [name])
            columns = [column for (column,) in cursor.fetchall()]
            rows = max(1, told.rows_of(table) // (100 if is_partial else 1))
            values = [told.distinct(by_column[column]) if column in by_column else rows for column in columns]
            each = [ceil(rows / min(prod(values[: n + 1]), rows)) for n in range(len(values))]
            indexes[name] = (rows, each)
    return indexes
